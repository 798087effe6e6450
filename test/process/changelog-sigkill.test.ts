import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Change } from 'millrace'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { type Reading, readings } from './readings.ts'
import { recordsIn } from './rows-in.ts'

const jobFile = fileURLToPath(new URL('./changelog-job.ts', import.meta.url))
const runs = Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 2)
const input = readings(4000)
const minute = 60_000

let kinesis: LocalKinesis
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-changelog-'))
  kinesis = await startLocalKinesis()
  const stream = { stream: 'readings', endpoint: kinesis.endpoint, inFlight: 1 }
  await createStream({ ...stream, shards: 4 })
  await putRecords(
    input.map((reading) => ({ data: Buffer.from(JSON.stringify(reading)), partitionKey: reading.sensor })),
    stream,
  )
})

afterAll(async () => {
  endProcesses()
  await kinesis.close()
  rmSync(root, { recursive: true, force: true })
})

function start(cwd: string): MillraceProcess {
  const args = ['run', jobFile, '--until', 'caught-up', '--checkpoints', 'checkpoints']
  return new MillraceProcess([...args, '--endpoint', kinesis.endpoint], { cwd })
}

interface Total {
  readonly key: string
  readonly n: number
  readonly total: number
  readonly most: number
}

/** What each sensor comes to, by a plain loop. */
function expectedTotals(): Map<string, Total> {
  const totals = new Map<string, Total>()
  for (const { sensor, value } of input) {
    const { n, total, most } = totals.get(sensor) ?? { n: 0, total: 0, most: value }
    totals.set(sensor, { key: sensor, n: n + 1, total: total + value, most: Math.max(most, value) })
  }
  return totals
}

/** The two best of the sensors whose names end alike. */
function expectedBest(): string[] {
  const totals = [...expectedTotals().values()].sort((a, b) => b.total - a.total)
  return Array.from({ length: 10 }, (_, digit) => totals.filter(({ key }) => key.endsWith(String(digit))))
    .flatMap((own) => own.slice(0, 2))
    .map(({ key }) => key)
    .sort()
}

/** The full outer join, by nested loops. */
function expectedJoin(): string[] {
  const isLeft = ({ value }: Reading) => value % 1 !== 0
  const [lefts, rights] = [input.filter(isLeft), input.filter((reading) => !isLeft(reading))]
  const meet = (left: Reading, right: Reading) =>
    left.sensor === right.sensor &&
    right.time >= left.time - 10 * minute &&
    right.time <= left.time + 3 * minute
  const pairs = lefts.flatMap((left) =>
    rights.filter((right) => meet(left, right)).map((right) => ({ left, right })),
  )
  const met = new Set<Reading>(pairs.flatMap(({ left, right }) => [left, right]))
  const alone = [
    ...lefts.filter((left) => !met.has(left)).map((left) => ({ left })),
    ...rights.filter((right) => !met.has(right)).map((right) => ({ right })),
  ]
  expect(alone.length).toBeGreaterThan(100)
  return [...pairs, ...alone].map((row) => JSON.stringify(row)).sort()
}

async function rowsIn(folder: string, name: string): Promise<string[]> {
  return (await recordsIn(join(folder, 'out', name))).map(({ text }) => text as string)
}

/** The changes of all sensors, each of which must follow the one before: files do not keep their order, counts do. */
function totalsOf(texts: readonly string[]): Map<string, Total> {
  const changes = texts.map((text) => JSON.parse(text) as Exclude<Change<string, Total>, { op: 'delete' }>)
  const totals = new Map<string, Total>()
  for (const change of changes.sort((a, b) => a.value.n - b.value.n)) {
    expect(change.op === 'update' ? change.before : undefined).toEqual(totals.get(change.key))
    totals.set(change.key, change.value)
  }
  return totals
}

/** The rows that are there in the end: those that came once more than they went. */
function presentIn(texts: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const text of texts) {
    const { op, key } = JSON.parse(text) as Change<readonly [string, string], Total>
    if (op !== 'update') times.set(key[1], (times.get(key[1]) ?? 0) + (op === 'insert' ? 1 : -1))
  }
  expect([...times.values()].every((left) => left === 0 || left === 1)).toBe(true)
  return [...times].flatMap(([key, left]) => (left === 1 ? [key] : [])).sort()
}

describe('running totals, the best of them and an outer join in a process that is killed at random moments', () => {
  const joined = expectedJoin()
  let straightMs = 0

  async function expectAll(folder: string): Promise<void> {
    expect(totalsOf(await rowsIn(folder, 'totals'))).toEqual(expectedTotals())
    expect(presentIn(await rowsIn(folder, 'best'))).toEqual(expectedBest())
    expect((await rowsIn(folder, 'joined')).sort()).toEqual(joined)
  }

  beforeAll(async () => {
    const folder = mkdtempSync(join(root, 'straight-'))
    const startedAt = performance.now()
    const run = start(folder)
    expect(await run.ended, run.err).toBe(0)
    straightMs = performance.now() - startedAt
    await expectAll(folder)
  })

  for (let run = 1; run <= runs; run += 1) {
    it(`run ${run} of ${runs}: every change follows the one before, and the result is that of a straight run`, async () => {
      const folder = mkdtempSync(join(root, `run-${run}-`))
      // Two deaths, so that a run that recovers is killed as well. The moment is random by intent.
      for (let death = 0; death < 2; death += 1) {
        const killed = start(folder)
        await Promise.race([after(Math.random() * straightMs), killed.ended])
        killed.kill('SIGKILL')
        await killed.ended
      }
      const last = start(folder)
      expect(await last.ended, last.err).toBe(0)
      await expectAll(folder)
    })
  }
})
