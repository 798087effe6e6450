import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderStore, run } from 'millrace'
import { manualClock } from 'millrace/testing'
import { type Everything, everything, readings } from './job-of-everything.ts'

/** What sinks show: rows, or for files their names and bytes. */
export type Shown = Readonly<Record<string, readonly string[]>>

/** Checkpoints that were written by earlier versions of Millrace, one folder for each. */
export const keptFolder = fileURLToPath(new URL('kept', import.meta.url))

/** Where the job stood when its checkpoint was kept: in the middle of everything. */
const half = readings.length / 2 + 5

/**
 * Runs the first half of the job of everything, and leaves its checkpoint and its files in a folder. What is in
 * `test/checkpoints/kept` was written by it.
 */
export async function keepCheckpoint(folder: string): Promise<void> {
  const { job } = everything(half, join(folder, 'files'))
  const clock = manualClock()
  const running = run(job, { checkpoints: folderStore(join(folder, 'checkpoints')), clock, random: () => 0 })
  running.events$.subscribe(({ kind }) => kind === 'caught-up' && running.stop())
  await running
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(await goOn(folder), undefined, 1)}\n`)
}

/** What came of the checkpoint when it was kept. */
export function expectedOf(kept: string): Shown {
  return JSON.parse(readFileSync(join(kept, 'expected.json'), 'utf8'))
}

/** Goes on from a kept checkpoint to the end, on a copy. Gives what every sink shows that the first half had not. */
export async function goOn(kept: string): Promise<Shown> {
  return inNewFolder(async (folder) => {
    cpSync(kept, folder, { recursive: true })
    return finished(folder)
  })
}

/** What the sinks of a run without interruption show. */
export function straight(): Promise<Shown> {
  return inNewFolder(finished)
}

async function finished(folder: string): Promise<Shown> {
  const all = everything(readings.length, join(folder, 'files'))
  const checkpoints = folderStore(join(folder, 'checkpoints'))
  await run(all.job, { checkpoints, clock: manualClock(), random: () => 0 })
  return { ...rowsOf(all), files: filesIn(join(folder, 'files')) }
}

/** The rows of every sink as texts, in their order. Of those that an earlier run has committed nothing is known. */
function rowsOf({ sinks }: Everything): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(sinks).map(([name, { rows }]) => [
      name,
      rows.filter((row) => row !== undefined).map((row) => JSON.stringify(row)),
    ]),
  )
}

/** The name of every file, without the lineage, and what tells its bytes. */
function filesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.parquet'),
  )
  return names.toSorted().map((name) => {
    const content = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
    return `${name.replace(/-[0-9a-f]{10}-/, '-')} ${content}`
  })
}

export async function inNewFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kept-'))
  try {
    return await act(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function keptVersions(): readonly string[] {
  return existsSync(keptFolder) ? readdirSync(keptFolder) : []
}
