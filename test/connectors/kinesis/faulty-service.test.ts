import { type CheckpointStore, job, json, type RunningJob, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createStream, kinesisSource, putRecords } from '../../../connectors/kinesis/index.ts'
import {
  type Fault,
  type FaultKind,
  type LocalKinesis,
  startLocalKinesis,
} from '../../../connectors/kinesis-local/index.ts'
import type { Clock } from '../../../src/contract/clock.ts'
import { put, readAll, succeed, textOf } from '../kinesis-local/raw-call.ts'
import { fastClock } from './fast-clock.ts'

interface Visit {
  readonly id: number
  readonly key: string
}

const describing = ['DescribeStream', 'DescribeStreamSummary']
const readingOn = ['ListShards', 'GetShardIterator', 'GetRecords']
const reading = [...describing, ...readingOn]
/** Calls that nobody answers cost seconds of real time each, and this machine may be busy. */
const longestMs = 120_000

let clock: Clock
let kinesis: LocalKinesis

beforeEach(async () => {
  clock = fastClock()
  kinesis = await startLocalKinesis({ clock })
})
afterEach(() => kinesis.close())

function visits(first: number, count: number): Visit[] {
  return Array.from({ length: count }, (_, place) => ({ id: first + place, key: `k${(place * 7) % 11}` }))
}

function struck(kind: FaultKind): number {
  return kinesis.faults.injected[kind]
}

describe('a job reads every record once and in order while the service', () => {
  const readingFaults: Readonly<Record<string, readonly Fault[]>> = {
    'throttles a tenth of the calls': [{ kind: 'throttle', rate: 0.1, operations: reading }],
    'fails inside': [{ kind: 'internal-failure', rate: 0.1, operations: reading }],
    'is slow at times': [{ kind: 'slow', rate: 0.1, delay: '3s', operations: reading }],
    'does not answer at times until the job gives up': [
      { kind: 'slow', rate: 0.05, count: 3, delay: '1h', operations: readingOn },
      // A job that gets no answer twice, before it ever got one, rightly ends.
      { kind: 'slow', rate: 0.5, count: 1, delay: '1h', operations: describing },
    ],
    'cuts answers off': [{ kind: 'cut', rate: 0.1, operations: reading }],
    'loses answers': [{ kind: 'lost-answer', rate: 0.1, operations: reading }],
    'lets iterators expire': [{ kind: 'expired-iterator', rate: 0.1 }],
    'lists new shards late, and never names children': [
      { kind: 'delayed-shards', delay: '900ms' },
      { kind: 'missing-children' },
    ],
    'lists new shards eight seconds late': [{ kind: 'delayed-shards', delay: '8s' }],
    'lists new shards eight seconds late, and never names children': [
      { kind: 'delayed-shards', delay: '8s' },
      { kind: 'missing-children' },
    ],
    'leaves new shards out of every other listing': [{ kind: 'delayed-shards', rate: 0.5, delay: '20s' }],
    'does all of that': [
      { kind: 'throttle', rate: 0.05, operations: reading },
      { kind: 'internal-failure', rate: 0.05, operations: reading },
      { kind: 'slow', rate: 0.05, delay: '2s', operations: reading },
      { kind: 'cut', rate: 0.05, operations: reading },
      { kind: 'lost-answer', rate: 0.05, operations: reading },
      { kind: 'expired-iterator', rate: 0.05 },
      { kind: 'delayed-shards', rate: 0.5, delay: '900ms' },
      { kind: 'missing-children', rate: 0.5 },
    ],
  }

  test.each(Object.keys(readingFaults))(
    '%s',
    async (what) => {
      const faults = readingFaults[what]!
      const watched = new WatchedJob()
      const all: Visit[] = []
      await createStream({ stream: 'visits', endpoint: kinesis.endpoint, shards: 2 })
      kinesis.faults.set(faults)
      let running = watched.run()
      const kinds = faults.map(({ kind }) => kind)
      for (let round = 0; round < 12 || kinds.some((kind) => struck(kind) < 2); round++) {
        const next = visits(all.length, 40)
        await putAll(next.slice(0, 20))
        if (round % 3 === 0) await reshard(round)
        await putAll(next.slice(20))
        all.push(...next)
        await checkpointed(running, () => watched.sink.rows.length > all.length - 60)
        if (round % 4 !== 3) continue
        running.stop()
        await running
        running = watched.run()
      }
      await checkpointed(running, () => watched.sink.rows.length >= all.length)
      running.stop()
      await running
      expectOnceAndInOrder(watched.sink.rows, all)
    },
    longestMs,
  )

  async function putAll(next: readonly Visit[]): Promise<void> {
    const keyOf = new Map(next.map((visit) => [JSON.stringify(visit), visit.key]))
    await put(kinesis.endpoint, 'visits', [...keyOf.keys()], (text) => keyOf.get(text)!)
  }

  /** Splits and merges, within what one step may do. */
  async function reshard(round: number): Promise<void> {
    const TargetShardCount = [4, 2, 3, 5][(round / 3) % 4]
    const scaling = { StreamName: 'visits', TargetShardCount, ScalingType: 'UNIFORM_SCALING' }
    await succeed(kinesis.endpoint, 'UpdateShardCount', scaling)
  }
})

describe('a producer', () => {
  const records = Array.from({ length: 3000 }, (_, id) => `record ${id}`)

  async function putThrough(...faults: Fault[]): Promise<string[]> {
    const to = { stream: 'visits', endpoint: kinesis.endpoint, clock }
    await createStream({ ...to, shards: 3 })
    kinesis.faults.set(faults)
    const summary = await putRecords(
      records.map((text) => ({ data: Buffer.from(text), partitionKey: text })),
      to,
    )
    expect(summary.records).toBe(records.length)
    kinesis.faults.clear()
    const shards = await Promise.all([0, 1, 2].map((shard) => readAll(kinesis.endpoint, 'visits', shard)))
    return shards.flat().map(textOf)
  }

  test('puts every record once, as long as it is told which were not taken', async () => {
    const stored = await putThrough(
      { kind: 'throttle', rate: 0.2 },
      { kind: 'internal-failure', rate: 0.2 },
      { kind: 'slow', rate: 0.1, delay: '1s' },
      { kind: 'partial-put', rate: 0.5, share: 0.2 },
    )
    expect(stored.toSorted()).toEqual(records.toSorted())
    expect(struck('partial-put')).toBeGreaterThan(0)
  })

  test('puts every record, some of them twice, when answers are lost', async () => {
    const stored = await putThrough({ kind: 'lost-answer', count: 2 }, { kind: 'cut', count: 2 })
    expect([...new Set(stored)].toSorted()).toEqual(records.toSorted())
    expect(stored.length).toBe(records.length + 4 * 500)
  })
})

/** A job that collects visits, in runs that go on with each other's checkpoints. */
class WatchedJob {
  readonly sink = collectSink<Visit>()
  readonly #store: CheckpointStore = memoryStore()

  run(): RunningJob {
    const source = kinesisSource({
      stream: 'visits',
      endpoint: kinesis.endpoint,
      startAt: 'trim-horizon',
      decode: json<Visit>(),
      discoverEvery: '2s',
    })
    const visits = job('visits', ({ from }) => from('visits', source).pipe(sinkTo('rows', this.sink)), {
      checkpoint: { every: '200ms' },
    })
    return run(visits, { clock, checkpoints: this.#store })
  }
}

/** Resolves with the first checkpoint after which it is true. */
function checkpointed(running: RunningJob, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    running.checkpoints$.subscribe(() => isTrue() && resolve())
    running.then(undefined, reject)
  })
}

function expectOnceAndInOrder(rows: readonly Visit[], all: readonly Visit[]): void {
  expect(rows.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id))
  for (const key of new Set(all.map((visit) => visit.key))) {
    const ids = rows.filter((row) => row.key === key).map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  }
}
