import { job, json, run } from 'millrace'
import {
  createStream,
  type KinesisSinkOptions,
  kinesisSink,
  kinesisSource,
} from 'millrace/connectors/kinesis'
import { startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAggregate } from '../../../connectors/kinesis/kpl/aggregated-record.ts'
import type { CommitPermit, SinkContext } from '../../../src/contract/sink.ts'
import { sinkContract } from '../../contract/sink.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { EmbeddedStream } from './embedded-stream.ts'

interface Payment {
  readonly id: number
  readonly customer: string
}

const permit = { epoch: 1, generation: 1 } as CommitPermit
const payment = (id: number): Payment => ({ id, customer: `customer ${id % 17}` })
const payments = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => payment(from + n))

let embedded: EmbeddedStream
let streams = 0
beforeAll(async () => {
  embedded = await EmbeddedStream.start(1)
  embedded.now = Date.now()
})
afterAll(() => embedded.close())

/** A stream of its own, and a sink to it. */
function fresh(shards: number, options: Partial<KinesisSinkOptions<Payment>> = {}) {
  const stream = `payments-${streams++}`
  const made = embedded.call('CreateStream', { StreamName: stream, ShardCount: shards })
  const to = { stream, endpoint: embedded.kinesis.endpoint }
  const sink = kinesisSink({
    ...to,
    partitionKey: (row) => row.customer,
    ...options,
  } as KinesisSinkOptions<Payment>)
  const open = async (changes: Partial<SinkContext> = {}, restored?: Parameters<typeof sink.open>[1]) => {
    await made
    return sink.open(sinkContext(changes), restored)
  }
  return { to, made, sink, open }
}

async function read(to: { stream: string; endpoint: string }, dropRepeats: boolean) {
  const rows = collectSink<Payment>()
  const source = kinesisSource({ ...to, startAt: 'trim-horizon', decode: json<Payment>(), dropRepeats })
  const reading = job('reading', ({ from }) => from('payments', source).pipe(sinkTo('rows', rows)))
  const { metrics } = await run(reading, { checkpoints: memoryStore(), until: 'caught-up' })
  return { rows: rows.rows, counters: metrics.counters }
}

sinkContract<Payment>(
  'checkpointed delivery to Kinesis',
  () => {
    const { sink, made, to } = fresh(3, { delivery: 'checkpointed' })
    return {
      sink: { ...sink, open: (context, restored) => made.then(() => sink.open(context, restored)) },
      context: sinkContext(),
      guarantee: 'at-least-once',
      visible: async () => (await read(to, true)).rows,
    }
  },
  payment,
  ({ id }) => id,
)

describe('immediate delivery to Kinesis', () => {
  test.each(['kpl', 'none'] as const)(
    'puts what is written, and a checkpoint waits for it (aggregation %s)',
    async (aggregation) => {
      const { to, open } = fresh(2, { aggregation })
      const writer = await open()
      writer.write(payments(0, 2000), [])
      const staged = await writer.stage(false)
      expect(staged).toEqual({ committables: [], state: { schema: 1, parts: [] } })
      const { rows } = await read(to, false)
      expect(rows.map(({ id }) => id).sort((a, b) => a - b)).toEqual(payments(0, 2000).map(({ id }) => id))
      await writer.commit([], permit)
      await writer.close()
    },
  )

  test('keeps the order of each key', async () => {
    const { to, open } = fresh(4)
    const writer = await open()
    for (let from = 0; from < 1000; from += 100) writer.write(payments(from, from + 100), [])
    await writer.stage(true)
    await writer.close()
    const { rows } = await read(to, false)
    for (let customer = 0; customer < 17; customer++) {
      const ids = rows.filter((row) => row.customer === `customer ${customer}`).map(({ id }) => id)
      expect(ids).toEqual([...ids].sort((a, b) => a - b))
    }
  })

  test('makes the job wait while too much is on its way, and goes on when it has arrived', async () => {
    const { open } = fresh(2, { encode: ({ id }) => new Uint8Array(900_000).fill(id) })
    const writer = await open()
    expect(writer.ready()).toBeUndefined()
    writer.write(payments(0, 50), [])
    const waiting = writer.ready()
    expect(waiting).toBeInstanceOf(Promise)
    await waiting
    expect(writer.ready()).toBeUndefined()
    await writer.close()
  })

  test('puts what a checkpoint of checkpointed delivery has left', async () => {
    const { to, open } = fresh(2, { delivery: 'checkpointed' })
    const before = await open()
    before.write(payments(0, 100), [])
    const { committables, state } = await before.stage(false)
    await before.close()
    const sink = kinesisSink({ ...to, partitionKey: (row: Payment) => row.customer })
    const after = await sink.open(sinkContext(), state)
    await after.commit(committables, permit)
    expect(await after.stage(false)).toEqual({ committables: [], state: { schema: 1, parts: [] } })
    await after.close()
    expect((await read(to, false)).rows).toHaveLength(100)
  })
})

test('what an embedded Kinesis with the limits of AWS throttles is put again, and nothing twice', async () => {
  const kinesis = await startLocalKinesis({ limits: 'aws' })
  const to = { stream: 'payments', endpoint: kinesis.endpoint }
  await createStream({ ...to, shards: 1 })
  const counters: Record<string, number> = {}
  const count = (counter: string, by = 1) => {
    counters[counter] = (counters[counter] ?? 0) + by
  }
  const sink = kinesisSink({ ...to, partitionKey: (row: Payment) => `${row.id}` })
  const writer = await sink.open(sinkContext({ count }), undefined)
  writer.write(payments(0, 2100), [])
  await writer.stage(true)
  await writer.close()
  expect(counters['throttled']).toBeGreaterThan(0)
  const { rows } = await read(to, false)
  expect(rows.map(({ id }) => id).sort((a, b) => a - b)).toEqual(payments(0, 2100).map(({ id }) => id))
  await kinesis.close()
})

describe('checkpointed delivery to Kinesis', () => {
  test('puts the same records again, which a source with dropRepeats counts and drops', async () => {
    const { to, open } = fresh(2, { delivery: 'checkpointed' })
    const first = await open()
    first.write(payments(0, 300), [])
    const { committables, state } = await first.stage(false)
    // Both runs put: the one that was replaced, and its successor.
    const second = await open({}, state)
    await Promise.all([first.commit(committables, permit), second.commit(committables, permit)])
    second.write(payments(300, 400), [])
    await second.commit((await second.stage(true)).committables, permit)
    await Promise.all([first.close(), second.close()])
    expect((await read(to, false)).rows).toHaveLength(700)
    const { rows, counters } = await read(to, true)
    expect(rows.map(({ id }) => id).sort((a, b) => a - b)).toEqual(payments(0, 400).map(({ id }) => id))
    expect(counters).toMatchObject({ 'payments.repeatsDropped': 300 })
  })

  test('never gives an id of one run to a record of another, even if both go on from the same checkpoint', async () => {
    const { to, open } = fresh(1, { delivery: 'checkpointed' })
    const { state } = await (await open()).stage(false)
    for (const [from, until] of [
      [0, 10],
      [10, 20],
    ] as const) {
      const writer = await open({}, state)
      writer.write(payments(from, until), [])
      await writer.commit((await writer.stage(false)).committables, permit)
      await writer.close()
    }
    expect((await read(to, true)).rows).toHaveLength(20)
  })

  test('asks for a checkpoint when its room is half full, and has room again after the commit', async () => {
    const { open } = fresh(2, {
      delivery: 'checkpointed',
      encode: ({ id }) => new Uint8Array(900_000).fill(id),
    })
    let asked = 0
    const writer = await open({ requestCheckpoint: () => asked++ })
    writer.write(payments(0, 30), [])
    expect(asked).toBe(0)
    writer.write(payments(30, 80), [])
    expect(asked).toBe(1)
    const waiting = writer.ready()
    expect(waiting).toBeInstanceOf(Promise)
    await writer.commit((await writer.stage(false)).committables, permit)
    await waiting
    expect(writer.ready()).toBeUndefined()
    await writer.close()
  })

  test('refuses a checkpoint that names records it does not hold', async () => {
    const { open } = fresh(1, { delivery: 'checkpointed' })
    const writer = await open()
    await expect(writer.commit([{ producer: 'x', chunk: 0 }], permit)).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
    })
    await writer.close()
    await expect(open({}, { schema: 2, parts: [] })).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
    })
    await expect(open({}, { schema: 1, parts: [Buffer.from('?')] })).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
    })
  })
})

describe('a Kinesis sink', () => {
  const codeOf = (options: Partial<KinesisSinkOptions<Payment>>, row: unknown = payment(1)) =>
    fresh(1, options)
      .open()
      .then((writer) => {
        try {
          writer.write([row as Payment], [0])
        } catch (error) {
          return String(error)
        } finally {
          writer.close()
        }
        return 'written'
      })

  test('refuses at once what the stream would refuse, and says why', async () => {
    expect(await codeOf({ partitionKey: () => '' })).toMatch(/ROW_INVALID.*0 characters.*1 to 256/)
    expect(await codeOf({ partitionKey: () => 'k'.repeat(257) })).toMatch(/ROW_INVALID.*257 characters/)
    expect(await codeOf({ partitionKey: () => '😀'.repeat(256) })).toBe('written')
    expect(await codeOf({ partitionKey: () => undefined as unknown as string })).toMatch(
      /ROW_INVALID.*undefined/,
    )
    expect(await codeOf({ explicitHashKey: () => String(2n ** 128n) })).toMatch(/ROW_INVALID.*2\^128/)
    expect(await codeOf({ explicitHashKey: () => String(2n ** 128n - 1n) })).toBe('written')
    expect(await codeOf({ encode: () => new Uint8Array(2 ** 20) })).toMatch(
      /ROW_INVALID.*1048586 bytes of data and partition key.*allows 1048576/,
    )
    expect(await codeOf({ encode: () => new Uint8Array(2 ** 20 - 10) })).toBe('written')
    const aggregated = { delivery: 'checkpointed' } as const
    expect(await codeOf({ ...aggregated, encode: () => new Uint8Array(2 ** 20 - 10) })).toMatch(
      /ROW_INVALID.*frame/,
    )
    expect(await codeOf({ encode: () => 5 as unknown as string })).toMatch(
      /ROW_INVALID.*neither bytes nor a text/,
    )
    expect(await codeOf({}, { id: 1n, customer: 'c' })).toMatch(/ROW_INVALID.*encode failed/)
    expect(await codeOf({}, () => 'no row')).toMatch(/ROW_INVALID.*has no JSON/)
  })

  test.each(['immediate', 'checkpointed'] as const)(
    'goes on without a refused row, %s, if somebody hears of it',
    async (delivery) => {
      const { to, open } = fresh(1, { delivery, partitionKey: ({ id }) => (id === 2 ? '' : `${id}`) })
      const writer = await open()
      const heard: unknown[] = []
      writer.write([1, 2, 3].map(payment), [0, 0, 0], ({ code }, index) => heard.push([code, index]))
      await writer.commit((await writer.stage(true)).committables, permit)
      await writer.close()
      expect(heard).toEqual([['ROW_INVALID', 1]])
      expect((await read(to, true)).rows.map(({ id }) => id)).toEqual([1, 3])
    },
  )

  test('puts the largest record that its checks let pass, in an aggregated record of its own too', async () => {
    const { to, open } = fresh(1, { delivery: 'checkpointed', encode: () => '1'.padEnd(2 ** 20 - 150) })
    const writer = await open()
    writer.write([payment(1), payment(2)], [])
    await writer.commit((await writer.stage(true)).committables, permit)
    await writer.close()
    expect((await read(to, true)).rows).toHaveLength(2)
  })

  test('says what it needs in its plan', () => {
    const { sink } = fresh(1, { delivery: 'checkpointed' })
    expect(sink.description).toMatchObject({ kind: 'kinesis', guarantee: 'at-least-once' })
    expect(sink.description.because).toContain('a kinesisSource with dropRepeats gets each exactly once')
    expect(fresh(1, { order: 'none' }).sink.description.detail).toMatch(/^stream payments-\d+, order none$/)
  })

  test('goes where the job is told to run, whatever its options say', async () => {
    const { to, made } = fresh(1)
    await made
    const elsewhere = kinesisSink({
      stream: to.stream,
      endpoint: 'http://127.0.0.1:9',
      partitionKey: (row: Payment) => row.customer,
    })
    const writer = await elsewhere.open(sinkContext({ overrides: { endpoint: to.endpoint } }), undefined)
    writer.write([payment(1)], [0])
    await writer.stage(true)
    await writer.close()
    expect((await read(to, false)).rows).toEqual([payment(1)])
  })

  test('does not open for a stream that is not there', async () => {
    const sink = kinesisSink({
      stream: 'nowhere',
      endpoint: embedded.kinesis.endpoint,
      partitionKey: (row: Payment) => row.customer,
    })
    await expect(sink.open(sinkContext(), undefined)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })

  test('of a record alone with an id is an aggregated record that every consumer opens', async () => {
    const { to, open } = fresh(1, { delivery: 'checkpointed' })
    const writer = await open()
    writer.write([payment(3)], [0])
    await writer.commit((await writer.stage(true)).committables, permit)
    await writer.close()
    const stored: Uint8Array[] = []
    const source = kinesisSource({
      ...to,
      startAt: 'trim-horizon',
      aggregation: 'none',
      decode: (data) => stored.push(Uint8Array.from(data)),
    })
    const reading = job('raw', ({ from }) => from('raw', source).pipe(sinkTo('out', collectSink<number>())))
    await run(reading, { checkpoints: memoryStore(), until: 'caught-up' })
    const aggregate = openAggregate(stored[0]!)!
    expect([aggregate.size, aggregate.partitionKey(0)]).toEqual([1, 'customer 3'])
    expect(JSON.parse(Buffer.from(aggregate.data(0)).toString())).toEqual(payment(3))
  })
})

test('a source that drops repeats must open aggregated records', async () => {
  const source = kinesisSource({
    stream: 'any',
    endpoint: embedded.kinesis.endpoint,
    startAt: 'trim-horizon',
    decode: json<Payment>(),
    aggregation: 'none',
    dropRepeats: true,
  })
  const reading = job('reading', ({ from }) =>
    from('rows', source).pipe(sinkTo('out', collectSink<Payment>())),
  )
  await expect(run(reading, { checkpoints: memoryStore() })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
})
