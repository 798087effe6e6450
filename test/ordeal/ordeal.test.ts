import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectedDays, flights } from '../examples/flights.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { mayMount, mountDisk, ordeals, unmountDisk } from './ordeals.ts'
import { expectedSessions, visits } from './visits.ts'

const runs = Number(process.env['MILLRACE_ORDEALS'] ?? 12)
const diskMiB = 192

type Row = Readonly<Record<string, unknown>>

/** The jobs that are tried, with what they read and what they must write. */
const jobs = {
  flights: {
    file: 'flights-job.ts',
    records: flights(20_000).map((flight) => ({ key: flight.origin, value: flight as unknown })),
    expected: expectedDays(flights(20_000)).sort(),
    textOf: ({ origin, day, flights, meanDelay, maxDelay, delayed }: Row) =>
      [origin, (day as Date).toISOString(), flights, meanDelay, maxDelay, delayed].join(' '),
  },
  visits: {
    file: 'sessions-job.ts',
    records: visits(30_000).map((visit) => ({ key: visit.visitor, value: visit as unknown })),
    expected: expectedSessions(visits(30_000))
      .map((session) => Object.values(session).join(' '))
      .sort(),
    textOf: (row: Row) => Object.values(row).join(' '),
  },
} as const

let kinesis: LocalKinesis
let root: string
let disks: boolean

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-ordeal-'))
  disks = mayMount(root)
  kinesis = await startLocalKinesis()
  for (const [stream, { records }] of Object.entries(jobs)) {
    const where = { stream, endpoint: kinesis.endpoint, inFlight: 1 }
    await createStream({ ...where, shards: 3 })
    await putRecords(
      records.map(({ key, value }) => ({ data: Buffer.from(JSON.stringify(value)), partitionKey: key })),
      where,
    )
  }
})

afterAll(async () => {
  endProcesses()
  await kinesis.close()
  rmSync(root, { recursive: true, force: true })
})

function start(file: string, cwd: string, env: Record<string, string> = {}): MillraceProcess {
  const path = fileURLToPath(new URL(file, import.meta.url))
  return new MillraceProcess(['run', path, '--until', 'caught-up', '--endpoint', kinesis.endpoint], {
    cwd,
    env,
  })
}

/** Every row that a reader of the folder sees. */
async function rowsIn(folder: string, textOf: (row: Row) => string): Promise<string[]> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const rows: string[] = []
  for (const name of names.filter((name) => name.endsWith('.parquet'))) {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name))
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    for (const row of await parquetReadObjects({ file })) rows.push(textOf(row))
  }
  return rows.sort()
}

describe.each(Object.entries(jobs))('a real process of the job over %s', (_, { file, expected, textOf }) => {
  let straightMs = 0

  beforeAll(async () => {
    const folder = mkdtempSync(join(root, 'straight-'))
    const startedAt = performance.now()
    const run = start(file, folder)
    expect(await run.ended, run.err).toBe(0)
    straightMs = performance.now() - startedAt
    expect(await rowsIn(join(folder, 'out'), textOf)).toEqual(expected)
  })

  const names = Object.keys(ordeals)
  for (let run = 1; run <= runs / 2; run += 1) {
    const name = names[run % names.length]!
    it(`run ${run}, ${name}: nothing is missing, nothing is there twice`, async ({ skip }) => {
      if (name.includes('disk') && !disks) skip('this machine does not let a test mount a disk')
      const folder = join(root, `${file}-${run}`)
      mkdirSync(folder)
      if (disks) mountDisk(folder, diskMiB)
      try {
        await ordeals[name]!({ folder, straightMs, start: (env) => start(file, folder, env) })
        const last = start(file, folder)
        expect(await last.ended, last.err).toBe(0)
        expect(await rowsIn(join(folder, 'out'), textOf)).toEqual(expected)
      } finally {
        endProcesses()
        if (disks) unmountDisk(folder)
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
})
