import { setTimeout as after } from 'node:timers/promises'
import { type Point, points } from './jobs/troubles.ts'
import type { OrdealProcess } from './ordeal-process.ts'
import type { Trial } from './trial.ts'

/** Something terrible that happens to a job at moments that are random by intent. Afterwards it runs to its end. */
export type Ordeal = (trial: Trial) => Promise<void>

/** Where a process still has something to write. */
const withWritesAhead: readonly Point[] = [
  'at a record',
  'before a part',
  'before a manifest',
  'after a manifest',
  'before a staging',
]

/** A process that stands still somewhere in the middle of its work. */
async function halted(trial: Trial, where: readonly Point[] = points): Promise<OrdealProcess> {
  const process = trial.start({ halt: { at: trial.chance.oneOf(where), after: trial.someRecords() } })
  await process.halted()
  return process
}

/** Of two processes that both took the job one must notice that it is not its own any more, or that all is done. */
async function expectOneOwner(...both: readonly OrdealProcess[]): Promise<void> {
  for (const process of both) await process.endsWellOrFenced()
  if (!both.some(({ wasFenced, foundAllDone }) => wasFenced || foundAllDone)) {
    throw new Error('two processes have both done the job to its end')
  }
}

/** Two deaths, so that a run that recovers is killed as well: at a certain step, or a moment later, wherever it is. */
const killed: Ordeal = async (trial) => {
  for (let death = 0; death < 2; death += 1) {
    const process = await halted(trial)
    if (trial.chance.in(0.4)) {
      process.goOn()
      await after(trial.chance.between(0, 30))
    }
    await process.kill()
    await trial.expectNothingTwice()
  }
}

/** A run stands still while another takes the job over, and then goes on as if nothing had been. */
const overtaken: Ordeal = async (trial) => {
  // Before a manifest the name that it wants may be free again when it wakes up.
  const first = await halted(trial, trial.chance.in(0.3) ? ['before a manifest'] : points)
  first.stop()
  const second = await (trial.chance.in(0.5) ? halted(trial) : trial.start())
  if (trial.chance.in(0.5)) await second.until(/job \w+ (restored from|started)/)
  else {
    second.goOn()
    await second.endsWell()
  }
  first.wake()
  first.goOn()
  await first.over()
  await trial.expectNothingTwice()
  second.goOn()
  await expectOneOwner(first, second)
  if (first.wasFenced) trial.tally.add('overtaken while stopped, and fenced')
}

/** Two runs of one job are started at the same time. */
const rivals: Ordeal = async (trial) => {
  const [one, other] = [trial.start(), trial.start()]
  await expectOneOwner(one, other)
  trial.tally.add('started beside a rival')
  if (one.wasFenced || other.wasFenced) trial.tally.add('started beside a rival, and one was fenced')
}

/** A process that has met a full place at some moment of its work, often as it puts results there. */
async function outOfRoom(trial: Trial): Promise<OrdealProcess> {
  const staging = trial.chance.in(0.3)
  const process = await halted(trial, staging ? ['before a staging'] : withWritesAhead)
  await trial.place.fill(staging ? 'for nothing' : 'for some')
  process.goOn()
  await trial.place.met(process)
  return process
}

/** There is no room at some moment of the run. It goes on by itself when there is room again. */
const full: Ordeal = async (trial) => {
  const process = await outOfRoom(trial)
  await trial.expectNothingTwice()
  await trial.place.free()
  await process.endsWell()
}

/** There is no room, and the run is killed before there is. The next one begins without room, too. */
const killedWhenFull: Ordeal = async (trial) => {
  const process = await outOfRoom(trial)
  await process.kill()
  const next = trial.start()
  await trial.place.met(next)
  await trial.expectNothingTwice()
  await trial.place.free()
  await next.endsWell()
}

/** The store answers late. A run is killed while it waits, and one sleeps then while another takes the job over. */
const late: Ordeal = async (trial) => {
  await trial.place.delay()
  const lateRun = () => trial.start({ late: { ms: 150, after: trial.someRecords() } })
  const first = lateRun()
  await first.until(/ordeal: late manifest/)
  await first.kill()
  await trial.expectNothingTwice()
  const second = lateRun()
  await second.until(/ordeal: late manifest/)
  second.stop()
  const third = trial.start({ late: { ms: 50, after: 0 } })
  await third.until(/job \w+ restored from/)
  second.wake()
  await expectOneOwner(second, third)
  if (second.wasFenced) trial.tally.add('overtaken while stopped, and fenced')
}

/** Answers of the store never come, though what was asked for is done; and a run is killed in the middle of that. */
const lost: Ordeal = async (trial) => {
  const first = trial.start({
    lost: 0.01,
    halt: { at: trial.chance.oneOf(points), after: trial.someRecords() },
  })
  await first.halted()
  await first.kill()
  await trial.expectNothingTwice()
  await trial.start({ lost: 0.01 }).endsWell()
}

/** By name; `needsRoom` are those that need a place that may be full. */
export const ordeals: Readonly<Record<string, { readonly ordeal: Ordeal; readonly needsRoom?: boolean }>> = {
  'killed twice': { ordeal: killed },
  'stopped while another takes over': { ordeal: overtaken },
  'started twice at the same time': { ordeal: rivals },
  'out of room': { ordeal: full, needsRoom: true },
  'killed out of room': { ordeal: killedWhenFull, needsRoom: true },
  'with late answers': { ordeal: late },
  'with lost answers': { ordeal: lost },
}
