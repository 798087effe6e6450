import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endProcesses, millrace } from '../millrace-process.ts'
import { expectedDays, type Flight, flights } from './flights.ts'

const example = fileURLToPath(new URL('../../examples/01-daily-delays.ts', import.meta.url))
const input = flights(5_000)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-example-'))
})
afterAll(() => {
  endProcesses()
  rmSync(folder, { recursive: true, force: true })
})

/** Puts the flights into an embedded Kinesis and runs the example on it to its end, in the folder. */
async function runExample(): Promise<{ code: number | string | null; err: string }> {
  const { endpoint, close } = await startLocalKinesis()
  const stream = { stream: 'flights', endpoint }
  try {
    await createStream({ ...stream, shards: 4 })
    await putRecords(input.map(recordOf), { ...stream, inFlight: 1 })
    const where = ['--endpoint', endpoint, '--from', 'trim-horizon']
    return await millrace(['run', example, ...where, '--until', 'caught-up'], folder)
  } finally {
    await close()
  }
}

function recordOf(flight: Flight) {
  return { data: Buffer.from(JSON.stringify(flight)), partitionKey: flight.origin }
}

function parquetFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.parquet'),
  )
}

async function rowsIn(files: readonly string[]): Promise<string[]> {
  const rows = files.map((file) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, file))
    return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer })
  })
  return (await Promise.all(rows)).flat().map(({ origin, day, flights, meanDelay, maxDelay, delayed }) => {
    return [origin, (day as Date).toISOString(), flights, meanDelay, maxDelay, delayed].join(' ')
  })
}

describe('the example of daily delays', () => {
  it('writes what a plain loop over the flights gives, once each, in folders by month', async () => {
    const { code, err } = await runExample()
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    const files = parquetFiles()
    expect((await rowsIn(files)).sort()).toEqual(expectedDays(input).sort())
    expect([...new Set(files.map(dirname))].sort()).toEqual([
      'demo-output/daily-delays/month=2001-01',
      'demo-output/daily-delays/month=2001-02',
    ])
  })
})
