import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Warehouse } from '../connectors/redshift/warehouse.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { type S3Server, startS3 } from '../s3-server/start-s3.ts'
import type { Payment } from './redshift-job.ts'

const jobFile = fileURLToPath(new URL('./redshift-job.ts', import.meta.url))
const runs = Math.ceil(Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 20) / 7)
const payments = Array.from({ length: 3000 }, (_, id): Payment => ({ id, region: `r${id % 3}` }))

let kinesis: LocalKinesis
let s3: S3Server
let root: string
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-redshift-'))
  kinesis = await startLocalKinesis()
  s3 = await startS3()
  const stream = { stream: 'payments', endpoint: kinesis.endpoint, inFlight: 1 }
  await createStream({ ...stream, shards: 2 })
  await putRecords(
    payments.map((payment) => ({
      data: Buffer.from(JSON.stringify(payment)),
      partitionKey: String(payment.id),
    })),
    stream,
  )
})
afterAll(async () => {
  endProcesses()
  await kinesis.close()
  await s3.close()
  rmSync(root, { recursive: true, force: true })
})

function start(cwd: string, lake: string, { endpoint }: Warehouse): MillraceProcess {
  const place = ['--endpoint', kinesis.endpoint, '--checkpoints', 'checkpoints']
  return new MillraceProcess(['run', jobFile, '--until', 'caught-up', ...place], {
    cwd,
    env: { LAKE: lake, S3_URL: s3.endpoint, REDSHIFT_URL: endpoint },
  })
}

describe('a job that loads into Redshift, and is killed with SIGKILL at random moments', () => {
  let straightMs = 2000
  for (let run = 0; run <= runs; run += 1) {
    const title = run === 0 ? 'straight' : `run ${run} of ${runs}`
    it(`${title}: every row is in the table once`, async () => {
      const folder = mkdtempSync(join(root, 'run-'))
      const warehouse = await Warehouse.start(s3)
      await warehouse.sql('CREATE SCHEMA public')
      await warehouse.sql('CREATE TABLE public.payments (id INT, region VARCHAR)')
      warehouse.fault = () => {
        const { length } = warehouse.calls
        return length % 11 === 0 ? 'cut-after' : length % 13 === 0 ? 'internal-error' : undefined
      }
      // Two deaths, so that a run that recovers is killed as well. The moment is random by intent.
      for (let death = 0; death < (run === 0 ? 0 : 2); death += 1) {
        const killed = start(folder, `run-${run}`, warehouse)
        await Promise.race([after(Math.random() * straightMs), killed.ended])
        killed.kill('SIGKILL')
        await killed.ended
      }
      const startedAt = performance.now()
      const last = start(folder, `run-${run}`, warehouse)
      expect(await last.ended, last.err).toBe(0)
      if (run === 0) straightMs = performance.now() - startedAt
      await warehouse.settled()
      const rows = await warehouse.sql('SELECT id FROM public.payments ORDER BY id')
      expect(rows.map(({ id }) => id)).toEqual(payments.map(({ id }) => id))
      await warehouse.close()
    })
  }
})
