import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import type { CommitPermit } from '../../src/contract/sink.ts'
import { sinkContext } from '../contract/sink-context.ts'
import { type Delivered, deliveredColumns, deliveredRows } from './delivery-rows.ts'
import { median } from './figure.ts'

const rows = 1_000_000
/** They come again and again, so that the heap is small, as that of a job that lets go of its records. */
const distinctRows = 200_000
const rowsAFetch = 1000
const rounds = 5
const permit = { epoch: 1, generation: 1 } as CommitPermit

/** What one way of making a Parquet file of the rows took. */
interface Taken {
  readonly wallMs: number
  readonly cpuMs: number
  /** How long the main thread was away at the most. */
  readonly blockedMs: number
}

/** From records in memory to a published Parquet file, beside DuckDB's `COPY` of the same rows on one thread. */
export async function benchDelivery(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  try {
    const records = deliveredRows(distinctRows)
    await deliver(records, join(folder, 'first'))
    await duck.run(`CREATE TABLE delivered AS FROM '${join(folder, 'first', '*.parquet')}'`)
    const [ours, theirs, idle]: [Taken[], Taken[], Taken[]] = [[], [], []]
    for (let round = 0; round < rounds; round++) {
      ours.push(await measured(() => deliver(records, join(folder, `${round}`))))
      idle.push(await measured(takeTurns))
      theirs.push(await measured(() => copy(duck, join(folder, `${round}.parquet`))))
    }
    return [
      line('records to published files of 16 MiB', ours),
      line("DuckDB's COPY of the same rows, from its own columns", theirs),
      `speed / DuckDB ${ratio(ours, theirs, 'wallMs')}; its CPU time / ours ${ratio(ours, theirs, 'cpuMs')}`,
      `the main thread was away for ${blocked(ours)} at the most, and for ${blocked(idle)} when it had nothing to do`,
    ]
  } finally {
    duck.closeSync()
    rmSync(folder, { recursive: true })
  }
}

async function deliver(records: readonly Delivered[], folder: string): Promise<void> {
  const sink = deliverySink({
    to: folderAt(folder),
    format: parquet(deliveredColumns),
    roll: { size: '16MiB' },
  })
  const writer = await sink.open(sinkContext(), undefined)
  for (let at = 0; at < rows; at += rowsAFetch) {
    const from = at % records.length
    writer.write(records.slice(from, from + rowsAFetch), [])
    await writer.ready()
    await letOthersRun()
  }
  const { committables } = await writer.stage(true)
  await writer.commit(committables, permit)
  await writer.close()
}

/** What the machine does to a process that does next to nothing. */
async function takeTurns(): Promise<void> {
  const until = performance.now() + 500
  while (performance.now() < until) await letOthersRun()
}

async function copy(duck: DuckDBConnection, file: string): Promise<void> {
  await duck.run(`COPY delivered TO '${file}' (FORMAT parquet)`)
}

async function measured(work: () => Promise<void>): Promise<Taken> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const before = process.cpuUsage()
  const start = performance.now()
  await work()
  const wallMs = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  delay.disable()
  return { wallMs, cpuMs: (user + system) / 1000, blockedMs: delay.max / 1e6 }
}

function line(name: string, taken: readonly Taken[]): string {
  const rate = rows / median(taken.map(({ wallMs }) => wallMs)) / 1000
  const micros = (median(taken.map(({ cpuMs }) => cpuMs)) * 1000) / rows
  return `${rate.toFixed(2).padStart(6)} M rows/s ${micros.toFixed(2).padStart(6)} µs CPU a row   ${name}`
}

function blocked(taken: readonly Taken[]): string {
  return `${median(taken.map(({ blockedMs }) => blockedMs)).toFixed(1)} ms`
}

function ratio(ours: readonly Taken[], theirs: readonly Taken[], of: 'wallMs' | 'cpuMs'): string {
  return median(ours.map((taken, round) => theirs[round]![of] / taken[of])).toFixed(2)
}
