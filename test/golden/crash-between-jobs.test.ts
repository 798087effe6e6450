import { setImmediate } from 'node:timers/promises'
import type { KinesisClient } from '@aws-sdk/client-kinesis'
import { job, json, MillraceError, run } from 'millrace'
import { createStream, kinesisSink } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { sinkTo } from 'millrace/operators'
import { collectSink, listSource, manualClock, memoryStore } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../connectors/kinesis/connect.ts'
import { openEnumerator } from '../../connectors/kinesis/open-kinesis.ts'
import { sdkKinesisApi } from '../../connectors/kinesis/sdk-kinesis-api.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { Sink } from '../../src/contract/sink.ts'
import type { Source } from '../../src/contract/source.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { Fuse, mortalSink, mortalStore } from './fuse.ts'

interface Reading {
  readonly sensor: string
  readonly n: number
}

const readings = Array.from({ length: 24 }, (_, n): Reading => ({ sensor: `s${n % 5}`, n }))
const values = readings.map((value) => ({ value, arrivalTime: 0 }))

let kinesis: LocalKinesis
beforeEach(async () => {
  kinesis = await startLocalKinesis()
})
afterEach(() => kinesis.close())

/** A client that may die before and after each PutRecords. */
function mortalClient(stream: string, { burn }: Fuse): KinesisClient {
  const { client } = connect({ endpoint: kinesis.endpoint }, stream)
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'PutRecordsCommand') return next(args)
        burn()
        const result = await next(args)
        burn()
        return result
      },
    { step: 'initialize' },
  )
  return client
}

/** One for all runs: by chance a sink tells its records from those of other runs. */
const chance = new Chance(1)

/** One process of a job. Every fetch waits until a checkpoint has been taken, if one comes. */
async function live(
  source: (onFetch: () => Promise<void>) => Source<Reading>,
  sink: Sink<Reading>,
  store: CheckpointStore,
  fuse: Fuse,
): Promise<void> {
  const clock = manualClock()
  let checkpoints = 0
  const onFetch = async () => {
    fuse.burn()
    const before = checkpoints
    for (let turn = 0; turn < 50 && checkpoints === before; turn++) {
      clock.advance(1)
      await setImmediate()
    }
  }
  const described = job(
    'readings',
    ({ from }) => from('in', source(onFetch)).pipe(sinkTo('out', mortalSink(sink, fuse))),
    { checkpoint: { every: '1ms' } },
  )
  const running = run(described, {
    clock,
    checkpoints: mortalStore(store, fuse),
    random: chance.next,
    until: 'caught-up',
  })
  running.checkpoints$.subscribe(() => {
    checkpoints += 1
  })
  await running
}

/** The first job, from a list to a stream. */
function put(stream: string, store: CheckpointStore, fuse: Fuse): Promise<void> {
  const source = (onFetch: () => Promise<void>) =>
    listSource({ a: values.slice(0, 12), b: values.slice(12) }, { onFetch, perFetch: 4 })
  const client = mortalClient(stream, fuse)
  const sink = kinesisSink({
    ...{ stream, client, delivery: 'checkpointed' },
    partitionKey: (reading: Reading) => reading.sensor,
  })
  return live(source, sink, store, fuse).finally(() => client.destroy())
}

/** The second job, from the stream to a sink, in portions so small that they end within aggregated records. */
function read(
  stream: string,
  sink: Sink<Reading>,
  store: CheckpointStore,
  fuse: Fuse,
  dropRepeats = true,
): Promise<void> {
  const codec = json<Reading>()
  const source = (onFetch: () => Promise<void>): Source<Reading> => ({
    description: { kind: 'kinesis', detail: 'in small portions', replayable: true },
    open: async (context, restored) => {
      const { client, place, close } = connect({ endpoint: kinesis.endpoint }, stream)
      const enumerator = await openEnumerator(
        {
          api: sdkKinesisApi(client, stream, close),
          decode: ({ data }) => codec.decode(data),
          aggregation: 'kpl',
          dropRepeats,
          recordsPerFetch: 3,
          context,
          place,
          paces: undefined,
          discoverEveryMs: 30_000,
        },
        'trim-horizon',
        restored,
      )
      const read = enumerator.read.bind(enumerator)
      enumerator.read = (split, position) => {
        const reader = read(split, position)
        const fetch = reader.fetch.bind(reader)
        reader.fetch = () => onFetch().then(fetch)
        return reader
      }
      return enumerator
    },
  })
  return live(source, sink, store, fuse)
}

async function rowsRead(stream: string, dropRepeats = true): Promise<number[]> {
  const rows = collectSink<Reading>()
  await read(stream, rows, memoryStore(), new Fuse(), dropRepeats)
  return rows.rows.map(({ n }) => n).sort((a, b) => a - b)
}

const all = readings.map(({ n }) => n)

describe('two jobs with a stream between them', () => {
  it('a crash of the first at any deed changes nothing of what the second reads', async () => {
    const straight = new Fuse()
    await createStream({ stream: 'straight', endpoint: kinesis.endpoint, shards: 2 })
    await put('straight', memoryStore(), straight)
    expect(await rowsRead('straight')).toEqual(all)
    expect(straight.burnt).toBeGreaterThan(40)
    for (let deed = 1; deed <= straight.burnt; deed += 1) {
      const stream = `crash-${deed}`
      const store = memoryStore()
      await createStream({ stream, endpoint: kinesis.endpoint, shards: 2 })
      await expect(put(stream, store, new Fuse(deed)), stream).rejects.toThrow()
      await put(stream, store, new Fuse())
      expect(await rowsRead(stream), stream).toEqual(all)
    }
  }, 600_000)

  it('a crash of the second at any deed lets no record in twice, and none out', async () => {
    const [stream, store] = ['repeated', memoryStore()]
    await createStream({ stream, endpoint: kinesis.endpoint, shards: 2 })
    // Deaths in the middle of commits, whose repetitions leave repeats in the stream.
    for (let deed = 14; deed < 50; deed += 3)
      await put(stream, store, new Fuse(deed)).catch((error) => expect(error).toBeInstanceOf(MillraceError))
    await put(stream, store, new Fuse())
    expect((await rowsRead(stream, false)).length).toBeGreaterThan(all.length)
    const straight = new Fuse()
    const golden = collectSink<Reading>()
    await read(stream, golden, memoryStore(), straight)
    expect(golden.rows.map(({ n }) => n).sort((a, b) => a - b)).toEqual(all)
    for (let deed = 1; deed <= straight.burnt; deed += 1) {
      const [checkpoints, rows] = [memoryStore(), collectSink<Reading>()]
      await expect(read(stream, rows, checkpoints, new Fuse(deed)), `crash-${deed}`).rejects.toThrow()
      await read(stream, rows, checkpoints, new Fuse())
      expect(
        rows.rows.map(({ n }) => n).sort((a, b) => a - b),
        `crash-${deed}`,
      ).toEqual(all)
    }
  }, 600_000)
})
