import { expect, test } from 'vitest'
import { openSink, type SinkPlan } from '../../../../connectors/kinesis/sink/open-sink.ts'
import { sinkContext } from '../../../contract/sink-context.ts'
import { ManualClock } from '../manual-clock.ts'
import { ScriptedStream } from './scripted-stream.ts'

const plan: SinkPlan<string> = {
  partitionKey: (row) => row,
  encode: (row) => row,
  aggregates: true,
  ordered: true,
  delivery: 'immediate',
}
const place = { stream: 'orders', region: undefined, endpoint: undefined }

function opening(stream: ScriptedStream, changes: Partial<SinkPlan<string>> = {}) {
  const clock = new ManualClock()
  const counters: Record<string, number> = {}
  const context = sinkContext({
    clock,
    random: () => 0.5,
    count: (counter, by = 1) => {
      counters[counter] = (counters[counter] ?? 0) + by
    },
  })
  const writer = clock.until(
    openSink({ ...plan, ...changes }, { api: stream, place, paced: true, context }, undefined),
  )
  return { clock, writer, counters }
}

test('a stream that places records by itself takes no aggregated records, and the sink says so at once', async () => {
  const stream = new ScriptedStream()
  stream.stream = { ...stream.stream, placedByHashKey: false }
  await expect(opening(stream).writer).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  expect(stream.closed).toBe(true)
  const { writer, clock } = opening(stream, { aggregates: false })
  const plain = await writer
  plain.write(['a', 'b'], [])
  await clock.until(plain.stage(true))
  expect(stream.consumed()).toHaveLength(2)
})

test('a stream that begins to place records by itself fails the sink when it is noticed', async () => {
  const stream = new ScriptedStream()
  const { writer, clock } = opening(stream)
  const sink = await writer
  stream.split(stream.open[0]!)
  stream.stream = { ...stream.stream, placedByHashKey: false }
  sink.write(['a', 'b', 'c', 'd'], [])
  await expect(clock.until(sink.stage(true))).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  await expect(sink.ready()).rejects.toMatchObject({ code: 'OPTION_INVALID' })
})

test('what goes wrong is counted, and where it ends the message names stream and shard', async () => {
  const stream = new ScriptedStream()
  const { writer, clock, counters } = opening(stream, { aggregates: false })
  const sink = await writer
  stream.faults = { refuse: () => 'ProvisionedThroughputExceededException' }
  sink.write(['a'], [])
  await expect(clock.until(sink.stage(true))).rejects.toMatchObject({
    code: 'SINK_FAILED',
    retryable: true,
    where: { stream: 'orders', shard: 'shardId-000000000000' },
  })
  expect(counters['throttled']).toBeGreaterThan(10)
})

test('records that went astray are counted', async () => {
  const stream = new ScriptedStream()
  const { writer, clock, counters } = opening(stream)
  const sink = await writer
  stream.split(stream.open[0]!)
  sink.write(['a', 'b', 'c', 'd'], [])
  await clock.until(sink.stage(true))
  expect(counters).toEqual({ recordsAstray: 4 })
  expect(stream.consumed()).toHaveLength(4)
})

test('a stream that is being created is waited for', async () => {
  const stream = new ScriptedStream()
  stream.stream = { ...stream.stream, status: 'CREATING' }
  const { writer, clock } = opening(stream)
  const active = clock.sleep(5000).then(() => {
    stream.stream = { ...stream.stream, status: 'ACTIVE' }
  })
  await Promise.all([active, writer])
})

test('a listing that shows no children yet of a shard that was split is looked at again, for a minute', async () => {
  const stream = new ScriptedStream(2)
  const [first, second] = stream.open
  stream.split(first!)
  stream.listed = [second!]
  const { writer, clock } = opening(stream)
  const shown = clock.sleep(5000).then(() => {
    stream.listed = undefined
  })
  await Promise.all([shown, writer])
  expect(stream.listings).toBe(4)
  stream.listed = [second!]
  await expect(opening(stream).writer).rejects.toMatchObject({
    code: 'SINK_FAILED',
    message: expect.stringContaining(`hash keys 0 to ${2n ** 127n - 1n}`),
  })
})

test('a sink that is closed gives up what is on its way', async () => {
  const stream = new ScriptedStream()
  const { writer } = opening(stream)
  const sink = await writer
  stream.faults = { refuse: () => 'InternalFailure' }
  sink.write(['a'], [])
  const staging = sink.stage(true)
  await sink.close()
  await expect(staging).rejects.toMatchObject({ code: 'SINK_FAILED' })
  expect(stream.closed).toBe(true)
})
