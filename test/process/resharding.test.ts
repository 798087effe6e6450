import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { putRecords } from 'millrace/connectors/kinesis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Audit } from '../../src/contract/sink.ts'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { expectedRows, readings } from './readings.ts'
import { rowsIn } from './rows-in.ts'

const jobFile = fileURLToPath(new URL('./resharded-job.ts', import.meta.url))
const runs = Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 3)
const input = readings(30_000)
const perRound = 500
const longestLifeMs = 2500

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-resharding-'))
})
afterAll(() => {
  endProcesses()
  rmSync(root, { recursive: true, force: true })
})

/** Puts all readings, in order, and reshards between any two puts. Waits for nobody. */
async function feed(stream: EmbeddedStream): Promise<void> {
  const { name, kinesis } = stream
  for (let from = 0; from < input.length; from += perRound) {
    stream.now = Date.now()
    const records = input.slice(from, from + perRound).map((reading) => ({
      data: Buffer.from(JSON.stringify(reading)),
      partitionKey: reading.sensor,
    }))
    await putRecords(records, { stream: name, endpoint: kinesis.endpoint, inFlight: 1 })
    await stream.reshard(Math.floor(Math.random() * 1000))
    // Time for the job to read some of it: otherwise it would only ever see the last shards open.
    await after(Math.random() * 100)
  }
}

describe.each(['polling', 'fan-out'])(
  'a job that reads by %s and is killed with SIGKILL at random moments while its stream is resharded',
  (read) => {
    for (let run = 1; run <= runs; run += 1) {
      it(`run ${run} of ${runs}: no row is missing, none is there twice`, async () => {
        const cwd = mkdtempSync(join(root, `run-${run}-`))
        const stream = await EmbeddedStream.start(2, 'readings')
        stream.now = Date.now()
        const endpoint = ['--endpoint', stream.kinesis.endpoint, '--checkpoints', 'checkpoints']
        const start = (...more: string[]) =>
          new MillraceProcess(['run', jobFile, ...endpoint, ...more], { cwd, env: { TEST_READ: read } })
        const fed = feed(stream)
        for (let death = 0; death < 3; death += 1) {
          const killed = start()
          // The moment is random by intent.
          await Promise.race([after(500 + Math.random() * longestLifeMs), killed.ended])
          killed.kill('SIGKILL')
          expect(await killed.ended, killed.err).toBe('SIGKILL')
        }
        await fed
        stream.now = Date.now()
        const last = start('--until', 'caught-up')
        expect(await last.ended, last.err).toBe(0)
        expect(await rowsIn(join(cwd, 'out'))).toEqual(expectedRows(input))
        expect((await stream.shards()).length).toBeGreaterThan(20)
        const proof = new MillraceProcess(
          ['verify', jobFile, '--checkpoints', 'checkpoints', '--content', '--json'],
          { cwd },
        )
        expect(await proof.ended, proof.err + proof.out).toBe(0)
        const { faults, files, ahead, open } = (JSON.parse(proof.out) as { audit: Audit }).audit
        expect([faults, ahead, open.files]).toEqual([[], [], 0])
        expect(files.length).toBeGreaterThan(1)
        await stream.close()
      }, 240_000)
    }
  },
)
