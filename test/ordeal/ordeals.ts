import { execFileSync } from 'node:child_process'
import { appendFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import type { MillraceProcess } from '../millrace-process.ts'

/** What an ordeal needs to know of the job that it tries. */
export interface Trial {
  /** Where the job runs; what it writes lies below. */
  readonly folder: string
  /** How long a run takes that nothing disturbs. */
  readonly straightMs: number
  start(env?: Record<string, string>): MillraceProcess
}

/** Something terrible that happens to a job at moments that are random by intent. Afterwards it runs to its end. */
export type Ordeal = (trial: Trial) => Promise<void>

const someMoment = ({ straightMs }: Trial) => after(Math.random() * straightMs)

/** A moment at which the run is at work, or its end. */
async function someMomentOf(run: MillraceProcess, { straightMs }: Trial): Promise<void> {
  await Promise.race([run.until('err', /job \w+ (started|restored)/), run.ended])
  await Promise.race([after((Math.random() * straightMs) / 4), run.ended])
}

/** Two deaths, so that a run that recovers is killed as well. */
const killed: Ordeal = async (trial) => {
  for (let death = 0; death < 2; death += 1) await killAtSomeMoment(trial)
}

/** A run stands still while another takes the job over, and then goes on as if nothing had been. */
const stopped: Ordeal = async (trial) => {
  const first = trial.start()
  await someMomentOf(first, trial)
  first.kill('SIGSTOP')
  const second = trial.start()
  // The first wakes up in the middle of the second's work, or after its end.
  await Promise.race([someMoment(trial), second.ended])
  first.kill('SIGCONT')
  await expectOneWinner(first, second)
}

/** Two runs of one job are started at the same time. */
const rivals: Ordeal = async (trial) => {
  const first = trial.start()
  const second = trial.start()
  await expectOneWinner(first, second)
}

/** The disk is full at some moment of the run. It goes on by itself when there is room again. */
const fullDisk: Ordeal = async (trial) => {
  const ballast = join(trial.folder, 'ballast')
  const run = trial.start()
  await someMomentOf(run, trial)
  fill(ballast)
  await Promise.race([run.until('err', /RESTARTING.*ENOSPC/).catch(() => undefined), run.ended])
  rmSync(ballast)
  const code = await run.ended
  if (code !== 0) throw new Error(`a run did not survive a full disk (${code}): ${run.err}`)
}

/** The disk is full, and the run is killed before there is room. */
const killedOnFullDisk: Ordeal = async (trial) => {
  const ballast = join(trial.folder, 'ballast')
  const run = trial.start()
  await someMomentOf(run, trial)
  fill(ballast)
  await Promise.race([someMoment(trial), run.ended])
  run.kill('SIGKILL')
  await run.ended
  rmSync(ballast)
}

/** The checkpoint store answers late, and runs are killed while they wait for it. */
const lateAnswers: Ordeal = async (trial) => {
  for (let death = 0; death < 2; death += 1) await killAtSomeMoment(trial, { ORDEAL_LATE_MS: '100' })
  const run = trial.start({ ORDEAL_LATE_MS: '20' })
  const code = await run.ended
  if (code !== 0) throw new Error(`a run failed on a slow store (${code}): ${run.err}`)
}

export const ordeals: Readonly<Record<string, Ordeal>> = {
  'killed twice': killed,
  'stopped for longer than the fence': stopped,
  'started twice at the same time': rivals,
  'out of disk space': fullDisk,
  'killed out of disk space': killedOnFullDisk,
  'killed while the store answers late': lateAnswers,
}

/** A small disk of its own below a folder. */
export function mountDisk(folder: string, sizeMiB: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder])
}

export function unmountDisk(folder: string): void {
  execFileSync('umount', [folder])
}

/** Whether this machine lets a test have a small disk of its own. */
export function mayMount(folder: string): boolean {
  try {
    mountDisk(folder, 1)
    unmountDisk(folder)
    return true
  } catch {
    return false
  }
}

async function killAtSomeMoment(trial: Trial, env: Record<string, string> = {}): Promise<void> {
  const run = trial.start(env)
  await Promise.race([someMoment(trial), run.ended])
  run.kill('SIGKILL')
  await run.ended
}

/** A run ends well, or because another has the job: nothing else may happen. */
async function expectOneWinner(...runs: readonly MillraceProcess[]): Promise<void> {
  for (const run of runs) {
    const code = await run.ended
    if (code !== 0 && !run.err.includes('JOB_FENCED')) throw new Error(`a run ended with ${code}: ${run.err}`)
  }
}

/** Leaves no room, whoever writes at the same time. */
function fill(ballast: string): void {
  writeFileSync(ballast, '')
  for (;;) {
    const { bavail, bsize } = statfsSync(ballast)
    if (bavail === 0) return
    try {
      appendFileSync(ballast, Buffer.alloc(bavail * bsize, 1))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}
