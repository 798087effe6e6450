import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AnswerDigest, type Entry } from '../bench/nexmark/answer.ts'
import type { Row } from '../bench/nexmark/queries.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { DuckDBTables } from './duckdb-tables.ts'
import { mortalEvents, mortalPreset } from './mortal-job.ts'

const jobFile = fileURLToPath(new URL('./mortal-job.ts', import.meta.url))

let root: string
let tables: DuckDBTables

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-nexmark-'))
  tables = await DuckDBTables.of(mortalPreset, mortalEvents)
})

afterAll(() => {
  endProcesses()
  tables.close()
  rmSync(root, { recursive: true, force: true })
})

const start = (cwd: string, query: string) =>
  new MillraceProcess(['run', jobFile, '--json'], { cwd, env: { NEXMARK_QUERY: query } })

/** Kills the job three times, each time when it has gone on a little, and runs it to its end. */
async function killedThreeTimes(query: string): Promise<string> {
  const folder = mkdtempSync(join(root, `${query}-`))
  for (let death = 0; death < 3; death += 1) {
    const killed = start(folder, query)
    // The first checkpoint has nothing new in it. When the kill comes, the job has gone on after the second.
    await killed.until('out', /("kind":"checkpoint"[\s\S]*){2}/)
    killed.kill('SIGKILL')
    expect(await killed.ended, killed.err).toBe('SIGKILL')
  }
  const last = start(folder, query)
  expect(await last.ended, last.err).toBe(0)
  return join(folder, 'out')
}

/** What DuckDB reads in the files. */
async function read(columns: string, folder: string): Promise<Row[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  const files = `read_parquet('${folder}/**/*.parquet', hive_partitioning = true)`
  const rows = await connection.runAndReadAll(`SELECT ${columns} FROM ${files}`)
  connection.closeSync()
  return rows.getRowObjectsJS() as unknown as Row[]
}

function sumOf(entries: readonly Entry[]) {
  const digest = new AnswerDigest()
  for (const entry of entries) digest.add(entry)
  return { rows: digest.rows, digest: digest.digest, columns: Object.keys(entries[0]!.row) }
}

describe('a process that SIGKILL ends three times', () => {
  it('has written each bid once, in the folder of its minute (q10)', async () => {
    const folder = await killedThreeTimes('q10')
    const columns = 'auction, bidder, price, epoch_ms("dateTime") AS "dateTime", extra, dt, hm'
    const rows = await read(columns, folder)
    expect(sumOf(rows.map((row) => ({ op: '+I', row })))).toEqual(await tables.answer('q10'))
    const folders = await read('count(*) AS elsewhere', folder)
    expect(folders).toHaveLength(1)
    const [{ elsewhere }] = (await read(
      `count(*) FILTER (WHERE "day"::VARCHAR <> dt OR "minute"::VARCHAR <> hm) AS elsewhere`,
      folder,
    )) as [Row]
    expect(String(elsewhere)).toBe('0')
    expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['day=2026-03-14', 'day=2026-03-15']))
  }, 240_000)

  it('has written each change once (q19)', async () => {
    const folder = await killedThreeTimes('q19')
    const lines = (await read('op, "row"', folder)) as unknown as { op: Entry['op']; row: string }[]
    const entries = lines.map(({ op, row }) => ({ op, row: JSON.parse(row) as Row }))
    expect(sumOf(entries)).toEqual(await tables.answer('q19'))
  }, 240_000)
})
