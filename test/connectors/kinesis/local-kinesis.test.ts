import { DescribeStreamSummaryCommand, UpdateMaxRecordSizeCommand } from '@aws-sdk/client-kinesis'
import fc from 'fast-check'
import { systemClock } from 'millrace'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Protocol } from '../../../connectors/kinesis/client.ts'
import { connect } from '../../../connectors/kinesis/connect.ts'
import {
  createStream,
  kinesisSource,
  putRecords,
  type StartAt,
  type TailedRecord,
  tail,
} from '../../../connectors/kinesis/index.ts'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import type { SourceContext, SplitEnumerator } from '../../../src/contract/source.ts'

const random = () => 0.5
const clock = systemClock
const signal = new AbortController().signal
const context: SourceContext = {
  name: 'orders',
  clock,
  random,
  log: { info: () => {}, warn: () => {} },
  overrides: {},
  signal,
  count: () => {},
}

let kinesis: LocalKinesis

beforeAll(async () => {
  kinesis = await startLocalKinesis()
})

afterAll(() => kinesis.close())

async function tailed(stream: string, startAt: StartAt, protocol?: Protocol): Promise<TailedRecord[]> {
  const { endpoint } = kinesis
  const records: TailedRecord[] = []
  const options = { stream, endpoint, protocol, startAt, clock, random, signal, follow: false }
  for await (const record of tail(options)) records.push(record)
  return records
}

function made(count: number, from = 0) {
  return Array.from({ length: count }, (_, i) => ({
    data: Buffer.from(`{"n":${from + i}}`),
    partitionKey: `key "${(from + i) % 50}" é`,
  }))
}

async function filled(stream: string, count: number, shards = 3): Promise<void> {
  const options = { stream, endpoint: kinesis.endpoint, clock, random }
  expect(await createStream({ ...options, shards })).toBe('created')
  expect(await putRecords(made(count), { ...options, inFlight: 1 })).toMatchObject({
    records: count,
    retried: 0,
  })
}

/** All there is now, by shard, and the positions after it. */
async function readOnce<T>(source: SplitEnumerator<T>, positions = new Map<string, string>()) {
  const values: T[] = []
  await source.discover()
  for (const split of source.takeReadable()) {
    const after = positions.get(split.id)
    const reader = source.read(split, after === undefined ? undefined : { after })
    for (let caughtUp = false; !caughtUp; ) {
      const fetched = await reader.fetch()
      values.push(...fetched.values)
      if (fetched.position !== undefined) positions.set(split.id, fetched.position.after)
      caughtUp = fetched.behindMs === 0
    }
  }
  return { values, positions }
}

function plain(records: readonly TailedRecord[]) {
  const comparable = records.map((record) => ({ ...record, data: Buffer.from(record.data).toString('hex') }))
  return comparable.sort(byPlace)
}

describe('the embedded Kinesis, over the network', () => {
  test('everything that was put is tailed, in order within a shard, the same with each protocol', async () => {
    await filled('tailed', 2300)
    const records = await tailed('tailed', 'trim-horizon')
    expect(records).toHaveLength(2300)
    for (const { data, partitionKey, arrivalTime } of records) {
      const { n } = JSON.parse(Buffer.from(data).toString()) as { n: number }
      expect(partitionKey).toBe(`key "${n % 50}" é`)
      expect(Math.abs(arrivalTime - clock.now())).toBeLessThan(60_000)
    }
    for (const shard of new Set(records.map((record) => record.shard))) {
      const numbers = records.filter((record) => record.shard === shard).map((r) => BigInt(r.sequenceNumber))
      expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)))
    }
    for (const protocol of ['sdk', 'lean-json'] as const) {
      expect(plain(await tailed('tailed', 'trim-horizon', protocol))).toEqual(plain(records))
    }
  })

  test('whatever is put with one protocol, each reads it the same', async () => {
    const protocols = ['lean', 'lean-json', 'sdk'] as const
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    const record = fc.record({ data: fc.uint8Array({ maxLength: 5000 }), partitionKey: text })
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), fc.nat(2), async (records, by) => {
        const stream = `property-${runs++}`
        const options = { stream, endpoint: kinesis.endpoint, protocol: protocols[by]!, clock, random }
        await createStream({ ...options, shards: 1 })
        await putRecords(records, { ...options, inFlight: 1 })
        const [lean, leanJson, sdk] = await Promise.all(
          protocols.map(async (protocol) => plain(await tailed(stream, 'trim-horizon', protocol))),
        )
        const put = records.map(({ data, partitionKey }) => [Buffer.from(data).toString('hex'), partitionKey])
        expect(sdk!.map(({ data, partitionKey }) => [data, partitionKey])).toEqual(put)
        expect(lean).toEqual(sdk)
        expect(leanJson).toEqual(sdk)
      }),
      { numRuns: 20 },
    )
  })

  test('a tail begins after given sequence numbers', async () => {
    await filled('positions', 90, 1)
    const all = await tailed('positions', 'trim-horizon')
    const { shard, sequenceNumber } = all[59]!
    expect(await tailed('positions', { shards: { [shard]: { after: sequenceNumber } } })).toHaveLength(30)
    expect(await tailed('positions', { shards: { [shard]: { at: sequenceNumber } } })).toHaveLength(31)
    expect(await tailed('positions', 'latest')).toHaveLength(0)
  })

  test('a source restarts where its positions are', async () => {
    await filled('restarted', 1000)
    const source = kinesisSource({
      stream: 'restarted',
      endpoint: kinesis.endpoint,
      startAt: 'trim-horizon',
      decode: (data) => (JSON.parse(Buffer.from(data).toString()) as { n: number }).n,
    })
    expect(source.description).toEqual({
      kind: 'kinesis',
      detail: 'stream restarted from trim-horizon',
      replayable: true,
    })
    const first = await source.open(context, undefined)
    const { values, positions } = await readOnce(first)
    const snapshot = first.snapshot()
    await first.close()
    const options = { stream: 'restarted', endpoint: kinesis.endpoint, clock, random }
    await putRecords(made(500, 1000), options)
    const second = await source.open(context, snapshot)
    values.push(...(await readOnce(second, positions)).values)
    await second.close()
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 1500 }, (_, n) => n))
  })

  test('records of ten mebibytes are read, among others and in their order', async () => {
    const stream = 'large'
    const { endpoint } = kinesis
    await createStream({ stream, endpoint, shards: 1 })
    const { client, close } = connect({ endpoint }, stream)
    const { StreamDescriptionSummary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName: stream }),
    )
    const { StreamARN } = StreamDescriptionSummary!
    await client.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 10_240 }))
    const sizes = [3, 10 * 2 ** 20 - 1, 5, 10 * 2 ** 20 - 1]
    for (const [fill, size] of sizes.entries()) {
      const record = { data: Buffer.alloc(size, fill + 1), partitionKey: 'k' }
      await putRecords([record], { stream, endpoint })
    }
    const records = await tailed(stream, 'trim-horizon')
    expect(records.map(({ data }) => [data.length, data[0], data.at(-1)])).toEqual(
      sizes.map((size, fill) => [size, fill + 1, fill + 1]),
    )
    close()
  })

  test('a stream can be created once, and a stream that is not there is named', async () => {
    await filled('once', 1)
    const options = { endpoint: kinesis.endpoint, clock, random }
    expect(await createStream({ ...options, stream: 'once', shards: 1 })).toBe('existing')
    await expect(tailed('nowhere', 'latest')).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      message: expect.stringMatching(/nowhere.*us-east-1.*127\.0\.0\.1|us-east-1.*127\.0\.0\.1.*nowhere/),
    })
    await expect(putRecords(made(1), { ...options, stream: 'nowhere' })).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
    })
  })
})

type Place = Pick<TailedRecord, 'shard' | 'sequenceNumber'>

function byPlace(a: Place, b: Place): number {
  return a.shard === b.shard
    ? BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber)
      ? -1
      : 1
    : a.shard < b.shard
      ? -1
      : 1
}
