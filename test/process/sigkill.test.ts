import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { expectedRows, readings } from './readings.ts'
import { rowsIn } from './rows-in.ts'

const jobFile = fileURLToPath(new URL('./hourly-job.ts', import.meta.url))
const runs = Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 20)
const input = readings(60_000)

let kinesis: LocalKinesis
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-sigkill-'))
  kinesis = await startLocalKinesis()
  const stream = {
    stream: 'readings',
    endpoint: kinesis.endpoint,
    inFlight: 1,
  }
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
  const args = [
    'run',
    jobFile,
    '--until',
    'caught-up',
    '--endpoint',
    kinesis.endpoint,
    '--checkpoints',
    'checkpoints',
  ]
  return new MillraceProcess(args, { cwd })
}

describe('a job that is killed with SIGKILL at a random moment and started again', () => {
  const expected = expectedRows(input)
  let straightMs = 0

  beforeAll(async () => {
    const folder = mkdtempSync(join(root, 'straight-'))
    const startedAt = performance.now()
    const run = start(folder)
    expect(await run.ended, run.err).toBe(0)
    straightMs = performance.now() - startedAt
    expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
  })

  for (let run = 1; run <= runs; run += 1) {
    it(`run ${run} of ${runs}: no row is missing, none is there twice`, async () => {
      const folder = mkdtempSync(join(root, `run-${run}-`))
      // Two deaths, so that a run that recovers is killed as well. The moment is random by intent.
      for (let death = 0; death < 2; death += 1) {
        const killed = start(folder)
        const moment = Math.random() * straightMs
        await Promise.race([after(moment), killed.ended])
        killed.kill('SIGKILL')
        await killed.ended
      }
      const last = start(folder)
      expect(await last.ended, last.err).toBe(0)
      expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
    })
  }
})
