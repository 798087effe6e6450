import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { seededFaults } from '../s3-server/faults.ts'
import { type S3Server, startS3 } from '../s3-server/start-s3.ts'
import { expectedRows, readings } from './readings.ts'
import { asText, recordsOf } from './rows-in.ts'

const jobFile = fileURLToPath(new URL('./hourly-bucket-job.ts', import.meta.url))
/** For several processes, one after the other, on a machine that has other things to do. */
const patienceMs = 120_000
const runs = Math.ceil(Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 20) / 7)
const input = readings(30_000)
const expected = expectedRows(input)

let kinesis: LocalKinesis
let s3: S3Server
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-bucket-sigkill-'))
  kinesis = await startLocalKinesis()
  s3 = await startS3()
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
  await s3.close()
  rmSync(root, { recursive: true, force: true })
})

function start(name: string): MillraceProcess {
  const args = ['run', jobFile, '--until', 'caught-up', '--endpoint', kinesis.endpoint]
  return new MillraceProcess([...args, '--checkpoints', join(root, name)], {
    cwd: root,
    env: { AWS_ENDPOINT_URL_S3: s3.endpoint, LAKE_FOLDER: name },
  })
}

/** What is wrong by the ledger; `undefined` while there is no checkpoint to compare with. */
async function proof(name: string, ...more: string[]): Promise<string | undefined> {
  const verify = new MillraceProcess(['verify', jobFile, '--checkpoints', join(root, name), ...more], {
    cwd: root,
    env: { AWS_ENDPOINT_URL_S3: s3.endpoint, LAKE_FOLDER: name },
  })
  const code = await verify.ended
  if (verify.err.includes('holds no checkpoint')) return undefined
  return code === 0 ? '' : verify.out + verify.err
}

async function seen(name: string): Promise<string[]> {
  const isData = (key: string) => key.startsWith(`${name}/`) && !key.startsWith(`${name}/_`)
  const found = [...s3.bucket('lake').objects].filter(([key]) => isData(key))
  return asText(await recordsOf(found.map(([, { content }]) => content)))
}

const uploads = (name: string) =>
  [...s3.bucket('lake').uploads.values()].filter(({ key }) => key.startsWith(`${name}/`))

describe('a job that writes to an S3 where requests go wrong, killed with SIGKILL and started again', () => {
  let straightMs = 0

  beforeAll(async () => {
    const startedAt = performance.now()
    const run = start('straight')
    expect(await run.ended, run.err).toBe(0)
    straightMs = performance.now() - startedAt
    expect(await seen('straight')).toEqual(expected)
    expect(uploads('straight')).toEqual([])
    s3.faults = seededFaults(new Chance(1), 0.03)
  })

  for (let run = 1; run <= runs; run += 1) {
    it(
      `run ${run} of ${runs}: no row is missing or there twice at any time, and no upload is left`,
      async () => {
        const name = `run-${run}`
        for (let death = 0; death < 3; death += 1) {
          const killed = start(name)
          await Promise.race([after(Math.random() * straightMs), killed.ended])
          killed.kill('SIGKILL')
          await killed.ended
          const rows = await seen(name)
          expect(new Set(rows).size).toBe(rows.length)
          expect((await proof(name)) ?? '').toBe('')
        }
        const last = start(name)
        expect(await last.ended, last.err).toBe(0)
        expect(await seen(name)).toEqual(expected)
        expect(uploads(name)).toEqual([])
        expect(await proof(name, '--content')).toBe('')
      },
      patienceMs,
    )
  }
})
