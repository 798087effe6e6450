import { type JobEvent, job, type RunningJob, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { describe, expect, test } from 'vitest'
import { kinesisSource, type OnDataLoss } from '../../connectors/kinesis/index.ts'
import type { Json } from '../../src/contract/json.ts'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { made } from '../connectors/kinesis/keyed-texts.ts'
import type { ManualClock } from '../connectors/kinesis/manual-clock.ts'
import { iterators, oneShard, shard } from '../connectors/kinesis/one-shard.ts'
import type { ScriptedKinesis } from '../connectors/kinesis/scripted-kinesis.ts'
import { observedContext, openScripted } from '../connectors/kinesis/scripted-source.ts'
import { until } from '../runtime/until.ts'

describe('a stale checkpoint is never a silent gap', () => {
  const day = 24 * 3_600_000

  /** Reads `before`, stops for a time, and reads on. */
  async function resumed(stoppedMs: number, meanwhile: (api: ScriptedKinesis, clock: ManualClock) => void) {
    const first = await oneShard()
    const { clock, api } = first
    const [before] = api.put(shard, 'before')
    const { position } = await clock.until(first.reader.fetch())
    const restored = JSON.parse(JSON.stringify(first.source.snapshot())) as Json
    await first.source.close()
    meanwhile(api, clock)
    clock.advance(stoppedMs)
    api.trim(clock.now() - day)
    api.put(shard, 'after')
    const source = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { restored }))
    await clock.until(source.discover())
    source.takeReadable()
    const reader = source.read({ id: shard, parents: [] }, { after: position!.after })
    return { clock, api, reader, before: before! }
  }

  test('records that expired while the job stood still stop it, and the message says when they came', async () => {
    const { clock, reader, before } = await resumed(2 * day, (api) => api.put(shard, 'lost'))
    const error = await clock.until(reader.fetch()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'DATA_LOST',
      where: { sequenceNumber: before.sequenceNumber, shard },
    })
    expect(String(error)).toContain(
      `${new Date(before.arrivalTime).toISOString()} and ${new Date(clock.now()).toISOString()}`,
    )
  })

  test('a short stop loses nothing and asks nothing', async () => {
    const { clock, api, reader, before } = await resumed(day - 3_600_000, () => {})
    expect((await clock.until(reader.fetch())).values).toEqual(['after'])
    expect(iterators(api).at(-1)).toBe(
      JSON.stringify({ kind: 'after', sequenceNumber: before.sequenceNumber }),
    )
  })

  test('a shard that was long quiet while the job watched it has lost nothing', async () => {
    const { clock, api, source, reader } = await oneShard()
    api.put(shard, 'before')
    const { position } = await clock.until(reader.fetch())
    for (let hour = 0; hour < 48; hour++) {
      clock.advance(3_600_000)
      await clock.until(reader.fetch())
    }
    api.trim(clock.now() - day)
    api.put(shard, 'after')
    const restored = source.snapshot()
    const again = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { restored }))
    await clock.until(again.discover())
    const resumedReader = again.read({ id: shard, parents: [] }, { after: position!.after })
    expect((await clock.until(resumedReader.fetch())).values).toEqual(['after'])
  })

  test('an empty shard that nobody watched for longer than records last may have had some', async () => {
    const { clock, api, source, reader } = await oneShard({ startAt: 'latest' })
    await clock.until(reader.fetch())
    const restored = JSON.parse(JSON.stringify(source.snapshot())) as Json
    for (const [stoppedMs, outcome] of [
      [day - 60_000, 'fulfilled'],
      [120_000, 'rejected'],
    ] as const) {
      clock.advance(stoppedMs)
      const again = await clock.until(openScripted(api, observedContext(clock), 'latest', { restored }))
      await clock.until(again.discover())
      const [settled] = await clock.until(
        Promise.allSettled([again.read({ id: shard, parents: [] }, undefined).fetch()]),
      )
      expect(settled).toMatchObject(
        outcome === 'fulfilled' ? { status: outcome } : { status: outcome, reason: { code: 'DATA_LOST' } },
      )
    }
  })

  test('as long as the last record is still there, nothing after it has gone', async () => {
    const { clock, api, reader } = await resumed(0, (scripted, time) => {
      scripted.facts = { ...scripted.facts, retentionMs: 1 }
      time.advance(10_000)
    })
    expect((await clock.until(reader.fetch())).values).toEqual(['after'])
    expect(iterators(api).at(-1)).toContain('"kind":"at"')
  })
})

describe('a job that is started after its stream has expired', () => {
  const hour = 3_600_000

  /** Reads five records and stops; before the next start others expire. */
  async function expired(onDataLoss: OnDataLoss) {
    const stream = await EmbeddedStream.start(1)
    const rows = collectSink<string>()
    const source = kinesisSource({
      ...{ stream: stream.name, endpoint: stream.kinesis.endpoint, startAt: 'trim-horizon', onDataLoss },
      decode: (data) => Buffer.from(data).toString(),
    })
    const described = job('copying', ({ from }) => from('orders', source).pipe(sinkTo('rows', rows)), {
      checkpoint: { every: '10ms' },
    })
    const checkpoints = memoryStore()
    const start = () => run(described, { checkpoints, clock: stream.clock })
    const readFive = async (running: RunningJob) => {
      const before = rows.rows.length
      await until(() => rows.rows.length === before + 5, 1_000_000)
      running.stop()
      return running
    }
    await stream.put(...made(5))
    const readAt = stream.now
    await readFive(start())
    await stream.put(...made(5, 5))
    stream.now += 30 * hour
    await stream.put(...made(5, 10))
    return { stream, rows, readAt, start, readFive }
  }

  test('never goes on by itself', async () => {
    const { stream, start, rows } = await expired('fail')
    await expect(start()).rejects.toMatchObject({ code: 'DATA_LOST', where: { shard } })
    expect(rows.rows).toEqual(made(5))
    await stream.close()
  })

  test('never hides the gap, though it was told to go on, and tells it once', async () => {
    const { stream, start, readFive, rows, readAt } = await expired('continue')
    for (const gaps of [1, 0]) {
      const running = start()
      const told: JobEvent[] = []
      running.events$.subscribe((event) => event.kind === 'gap' && told.push(event))
      if (gaps === 0) await stream.put(...made(5, 15))
      const { metrics } = await readFive(running)
      const gap = { split: shard, range: { start: '0' }, from: readAt, until: stream.now }
      expect(told).toMatchObject(gaps === 1 ? [{ source: 'orders', gap }] : [])
      expect(metrics.gaps).toEqual({ count: gaps, lostMs: gaps * 30 * hour })
    }
    expect(rows.rows).toEqual([...made(5), ...made(5, 10), ...made(5, 15)])
    await stream.close()
  })
})
