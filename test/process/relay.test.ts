import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { job as jobOf, json, run as runJob } from 'millrace'
import { kinesisSource, putRecords } from 'millrace/connectors/kinesis'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { type Reading, readings } from './readings.ts'
import { rowsIn } from './rows-in.ts'

const file = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
const runs = Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 3)
const input = readings(20_000).map((reading, n) => ({ ...reading, value: n }))
const expected = input.map(({ sensor, time, value }) => `${sensor} ${time} 1 ${value}`).sort()
const perRound = 400
const longestLifeMs = 2000

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-relay-'))
})
afterAll(() => {
  endProcesses()
  rmSync(root, { recursive: true, force: true })
})

/** Puts all readings, in order, a few at a time, so that the first job is killed in the middle of them. */
async function feed({ kinesis: { endpoint } }: EmbeddedStream): Promise<void> {
  const recordOf = (reading: Reading) => ({
    data: Buffer.from(JSON.stringify(reading)),
    partitionKey: reading.sensor,
  })
  for (let from = 0; from < input.length; from += perRound) {
    const records = input.slice(from, from + perRound).map(recordOf)
    await putRecords(records, { stream: 'readings', endpoint, inFlight: 1 })
    await after(Math.random() * 150)
  }
}

/** What is in the stream between the jobs, with all repeats, in the order of each sensor. */
async function relayedRecords({ kinesis: { endpoint } }: EmbeddedStream, dropRepeats: boolean) {
  const rows = collectSink<{ sensor: string; value: number }>()
  const source = kinesisSource({
    ...{ stream: 'relayed', endpoint, startAt: 'trim-horizon', dropRepeats },
    decode: json<{ sensor: string; value: number }>(),
  })
  const reading = jobOf('reading', ({ from }) => from('relayed', source).pipe(sinkTo('rows', rows)))
  await runJob(reading, { checkpoints: memoryStore(), until: 'caught-up' })
  return rows.rows
}

/** Kills a job at random moments, by intent, then lets it run to its end. */
async function runKilled(
  start: (...more: string[]) => MillraceProcess,
  fed: Promise<unknown>,
): Promise<void> {
  for (let death = 0; death < 3; death += 1) {
    const killed = start()
    await Promise.race([after(400 + Math.random() * longestLifeMs), killed.ended])
    killed.kill('SIGKILL')
    expect(await killed.ended, killed.err).toBe('SIGKILL')
  }
  await fed
  const last = start('--until', 'caught-up')
  expect(await last.ended, last.err).toBe(0)
}

describe('two jobs with a stream between them, both killed with SIGKILL at random moments while it is resharded', () => {
  for (let run = 1; run <= runs; run += 1) {
    it(`run ${run} of ${runs}: each record is in the files of the second exactly once`, async () => {
      const cwd = mkdtempSync(join(root, `run-${run}-`))
      const stream = await EmbeddedStream.start(3, 'relayed')
      const clock = setInterval(() => {
        stream.now = Date.now()
      }, 1)
      await stream.call('CreateStream', { StreamName: 'readings', ShardCount: 2 })
      const start =
        (name: string) =>
        (...more: string[]) =>
          new MillraceProcess(
            ['run', file(name), '--endpoint', stream.kinesis.endpoint, '--checkpoints', name, ...more],
            { cwd },
          )
      const first = runKilled(start('relay-job'), feed(stream))
      let over = false
      const resharded = (async () => {
        while (!over) {
          await after(Math.random() * 400)
          await stream.reshard(Math.floor(Math.random() * 1000))
        }
      })()
      const second = runKilled(start('relayed-job'), first)
      await first.finally(() => {
        over = true
      })
      await resharded
      await second
      expect(await rowsIn(join(cwd, 'out'))).toEqual(expected)
      const all = await relayedRecords(stream, false)
      expect(all.length).toBeGreaterThanOrEqual(input.length)
      const once = await relayedRecords(stream, true)
      for (const sensor of new Set(input.map((reading) => reading.sensor))) {
        const values = once.filter((row) => row.sensor === sensor).map(({ value }) => value)
        expect(values).toEqual([...values].sort((a, b) => a - b))
      }
      clearInterval(clock)
      await stream.close()
    }, 90_000)
  }
})
