import { type Job, type JobMetrics, job, json, type RunOptions, run } from 'millrace'
import { aggregate, count, eventTime, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type KinesisSourceOptions, kinesisSource } from '../../../../connectors/kinesis/index.ts'
import { aggregated } from '../kpl/encoder.ts'
import { FanOutStream } from './fan-out-stream.ts'

interface Visit {
  readonly id: number
  readonly key: string
  readonly time: number
}

const second = 1000
let stream: FanOutStream
beforeEach(async () => {
  stream = await FanOutStream.start(2)
})
afterEach(() => stream.close())

const visit = (id: number): Visit => ({
  id,
  key: `k${(id * 7) % 23}`,
  time: stream.clock.now() - ((id * 37) % 30) * second,
})

/** Visits alone, and some dozens in aggregated records. */
async function putVisits(from: number, to: number): Promise<void> {
  const all = Array.from({ length: to - from }, (_, i) => visit(from + i))
  const Records = all.map((one) => ({ Data: btoa(JSON.stringify(one)), PartitionKey: one.key }))
  await stream.call('PutRecords', { Records })
  const packed = Array.from({ length: 5 }, (_, i) => ({ ...visit(to * 1000 + i), key: 'packed' }))
  const data = aggregated(
    packed.map((one) => ({ partitionKey: one.key, data: Buffer.from(JSON.stringify(one)) })),
  )
  await stream.call('PutRecord', { Data: Buffer.from(data).toString('base64'), PartitionKey: 'packed' })
}

function perMinute(read: KinesisSourceOptions<Visit>['read']): { described: Job; rows: readonly object[] } {
  const sink = collectSink<object>()
  const source = kinesisSource({
    stream: 'orders',
    endpoint: stream.kinesis.endpoint,
    startAt: 'trim-horizon',
    decode: json<Visit>(),
    discoverEvery: '1s',
    ...(read !== undefined && { read }),
  })
  const described = job(
    'visits',
    ({ from }) =>
      from('visits', source).pipe(
        eventTime(({ time }) => time, { outOfOrder: '30s', idleAfter: '20000d' }),
        keyBy(({ key }) => key),
        window(tumbling('1m')),
        aggregate('totals', { n: count(), ids: sum(({ id }) => id) }),
        map(({ key, window: { start }, n, ids }) => ({ key, start, n, ids })),
        sinkTo('rows', sink),
      ),
    { checkpoint: { every: '5s' } },
  )
  return { described, rows: sink.rows }
}

/** Runs to the end of what there is, and gives the counters of the run. */
async function finished(described: Job, options: RunOptions = {}): Promise<JobMetrics['counters']> {
  const running = run(described, {
    clock: stream.clock,
    checkpoints: memoryStore(),
    until: 'caught-up',
    ...options,
  })
  let counters: JobMetrics['counters'] = {}
  running.metrics$.subscribe((metrics) => {
    counters = metrics.counters
  })
  await stream.clock.until(Promise.resolve(running))
  return counters
}

test('a job gives the same rows by fan-out as by polling, of split and merged shards and aggregated records', async () => {
  for (let round = 0; round < 6; round++) {
    await putVisits(round * 40, round * 40 + 40)
    stream.clock.advance(40 * second)
    if (round % 2 === 0) await stream.split(round === 0 ? 0 : round === 2 ? 1 : 2)
    if (round === 3) await stream.merge(4, 5)
  }
  await stream.call('RegisterStreamConsumer', {
    StreamName: undefined,
    StreamARN: stream.arn,
    ConsumerName: 'millrace-visits-visits',
  })
  stream.clock.advance(second)
  const [polled, pushed] = [perMinute('polling'), perMinute('fan-out')]
  await finished(polled.described)
  const counters = await finished(pushed.described)
  expect(polled.rows.length).toBeGreaterThan(50)
  expect(JSON.stringify(pushed.rows)).toBe(JSON.stringify(polled.rows))
  expect(counters['visits.subscribed']).toBeGreaterThanOrEqual(8)
})
