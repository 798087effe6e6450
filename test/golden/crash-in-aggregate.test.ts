import { setImmediate } from 'node:timers/promises'
import { PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { type Job, job, run, systemClock } from 'millrace'
import { createStream, kinesisSource } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { map, sinkTo } from 'millrace/operators'
import { type CollectSink, collectSink, manualClock, memoryStore } from 'millrace/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '../../connectors/kinesis/connect.ts'
import { openEnumerator } from '../../connectors/kinesis/open-kinesis.ts'
import { sdkKinesisApi } from '../../connectors/kinesis/sdk-kinesis-api.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { Source, SplitEnumerator } from '../../src/contract/source.ts'
import { aggregated } from '../connectors/kinesis/kpl/encoder.ts'
import { Fuse, mortalSink, mortalStore } from './fuse.ts'

const stream = 'aggregated'
const starts = [0n, 2n ** 127n].map(String)

let kinesis: LocalKinesis
beforeEach(async () => {
  kinesis = await startLocalKinesis()
})
afterEach(() => kinesis.close())

/** Puts data into the shards of the stream, in order; data that are texts by themselves, lists aggregated. */
async function put(shards: readonly (readonly (string | string[])[])[]): Promise<void> {
  const { endpoint } = kinesis
  await createStream({ stream, endpoint, shards: shards.length, clock: systemClock, random: () => 0.5 })
  const { client, close } = connect({ endpoint }, stream)
  for (const [i, contents] of shards.entries()) {
    const ExplicitHashKey = starts[i]!
    for (const content of contents) {
      const Data =
        typeof content === 'string'
          ? Buffer.from(content)
          : aggregated(
              content.map((text) => ({
                partitionKey: 'k',
                explicitHashKey: ExplicitHashKey,
                data: Buffer.from(text),
              })),
            )
      const Records = [{ Data, PartitionKey: 'a', ExplicitHashKey }]
      const { FailedRecordCount } = await client.send(new PutRecordsCommand({ StreamName: stream, Records }))
      expect(FailedRecordCount).toBe(0)
    }
  }
  close()
}

function decode(data: Uint8Array): string {
  const text = Buffer.from(data).toString()
  if (text.startsWith('bad')) throw new Error(`cannot read ${text}`)
  return text
}

/** The Kinesis source with portions so small that they end within aggregates. */
function smallPortions(onFetch: () => Promise<void>): Source<string> {
  return {
    description: { kind: 'kinesis', detail: 'in small portions', replayable: true },
    open: async (context, restored) => {
      const { client, place, close } = connect({ endpoint: kinesis.endpoint }, stream)
      const enumerator = await openEnumerator(
        {
          api: sdkKinesisApi(client, stream, close),
          decode: ({ data }) => decode(data),
          aggregation: 'kpl',
          recordsPerFetch: 3,
          context,
          place,
          paces: undefined,
          discoverEveryMs: 30_000,
        },
        'trim-horizon',
        restored,
      )
      return hooked(enumerator, onFetch)
    },
  }
}

function hooked<T>(enumerator: SplitEnumerator<T>, onFetch: () => Promise<void>): SplitEnumerator<T> {
  return {
    discoverEveryMs: enumerator.discoverEveryMs,
    exhausted: false,
    discover: () => enumerator.discover(),
    takeReadable: () => enumerator.takeReadable(),
    finished: (id) => enumerator.finished(id),
    snapshot: () => enumerator.snapshot(),
    close: () => enumerator.close(),
    read: (split, position) => {
      const reader = enumerator.read(split, position)
      return {
        close: () => reader.close(),
        fetch: async () => {
          await onFetch()
          return reader.fetch()
        },
      }
    },
  }
}

interface Outputs {
  readonly good: CollectSink<string>
  readonly bad: CollectSink<string>
}

function copying(source: Source<string>, { good, bad }: Outputs, fuse: Fuse): Job {
  return job(
    'copying',
    ({ from }) =>
      from('texts', source, {
        undecodable: (records) =>
          records.pipe(
            map(({ position, reason }) => `${reason} at ${position.replace(/^\d+/, '')}`),
            sinkTo('bad', mortalSink(bad, fuse)),
          ),
      }).pipe(sinkTo('good', mortalSink(good, fuse))),
    { checkpoint: { every: '1ms' } },
  )
}

/** One process. Every fetch waits until a checkpoint has been taken, if one comes, so that there is one between any two. */
async function live(store: CheckpointStore, outputs: Outputs, fuse: Fuse, seen: Set<string>): Promise<void> {
  const clock = manualClock()
  let checkpoints = 0
  const onFetch = async () => {
    fuse.burn()
    const before = checkpoints
    for (let turn = 0; turn < 100 && checkpoints === before; turn++) {
      clock.advance(1)
      await setImmediate()
    }
  }
  const running = run(copying(smallPortions(onFetch), outputs, fuse), {
    clock,
    checkpoints: mortalStore(
      {
        ...store,
        description: store.description,
        writeOnce: (blob, content) => {
          for (const [, place] of Buffer.from(content)
            .toString('latin1')
            .matchAll(/\d{50,}:(\d+\+?)/g))
            seen.add(place!)
          return store.writeOnce(blob, content)
        },
        read: (blob) => store.read(blob),
        list: (prefix) => store.list(prefix),
        delete: (blob) => store.delete(blob),
      },
      fuse,
    ),
    random: () => 0,
    until: 'caught-up',
  })
  running.checkpoints$.subscribe(() => {
    checkpoints += 1
  })
  await running
}

test('a crash at any deed of a job that reads aggregates changes no row', async () => {
  const many = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  const shards = [
    ['plain 1', many('a', 7), many('b', 2), 'plain 2', ['c0', 'bad c1', 'c2', 'c3', 'bad c4']],
    [many('d', 10), 'bad 3', 'plain 4', many('e', 1)],
  ]
  await put(shards)
  const all = shards.flat(2).sort()
  const isBad = (text: string) => text.startsWith('bad')
  const expectRows = ({ good, bad }: Outputs, name: string) => {
    expect([...good.rows].sort(), name).toEqual(all.filter((text) => !isBad(text)))
    expect([...bad.rows].sort(), name).toEqual([
      'cannot read bad 3 at :0',
      'cannot read bad c1 at :1+',
      'cannot read bad c4 at :4',
    ])
  }
  const outputs = (): Outputs => ({ good: collectSink(), bad: collectSink() })

  const straight = new Fuse()
  const seen = new Set<string>()
  const golden = outputs()
  await live(memoryStore(), golden, straight, seen)
  expectRows(golden, 'straight')
  for (let deed = 1; deed <= straight.burnt; deed += 1) {
    const name = `crash-${deed}`
    const [store, rows] = [memoryStore(), outputs()]
    await expect(live(store, rows, new Fuse(deed), seen), name).rejects.toThrow()
    await live(store, rows, new Fuse(), seen)
    expectRows(rows, name)
  }
  expect(straight.burnt).toBeGreaterThan(100)
  // Checkpoints were cut within aggregates, at every place where a portion ends.
  expect([...seen]).toEqual(expect.arrayContaining(['0+', '2+', '3+', '4+', '5+', '8+', '4']))
}, 600_000)

test('an aggregate of 25,000 records is read through the source as it comes', async () => {
  const texts = Array.from({ length: 25_000 }, (_, i) => `${i}`)
  await put([['first', texts, 'last'], []])
  const { endpoint } = kinesis
  const rows = collectSink<string>()
  const source = kinesisSource({ stream, endpoint, startAt: 'trim-horizon', decode })
  const copy = job('copy', ({ from }) => from('texts', source).pipe(sinkTo('rows', rows)))
  await run(copy, { checkpoints: memoryStore(), until: 'caught-up' })
  expect(rows.rows).toEqual(['first', ...texts, 'last'])
})

test('a record in an aggregate that cannot be decoded stops the job and is named with its place', async () => {
  await put([[['a', 'b', 'bad', 'd']], []])
  const { endpoint } = kinesis
  const source = kinesisSource({ stream, endpoint, startAt: 'trim-horizon', decode })
  const copy = job('copy', ({ from }) => from('texts', source).pipe(sinkTo('rows', collectSink())))
  await expect(run(copy, { checkpoints: memoryStore(), until: 'caught-up' })).rejects.toMatchObject({
    code: 'RECORD_UNDECODABLE',
    where: { shard: 'shardId-000000000000', sequenceNumber: expect.stringMatching(/^\d+:2\+$/) },
  })
})
