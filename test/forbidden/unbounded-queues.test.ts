import { job, json, run } from 'millrace'
import { aggregate, count, eventTime, keyBy, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { kinesisSource } from '../../connectors/kinesis/index.ts'
import type { Fetched, SplitEnumerator } from '../../src/contract/source.ts'
import { nextSplit } from '../../src/runtime/next-split.ts'
import { SourceTask } from '../../src/runtime/source-task.ts'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { hookedSink } from '../runtime/hooked.ts'
import { quiet } from '../runtime/until.ts'

const mib = 2 ** 20

/** Splits whose every fetch weighs as much as it is told, and that count the fetches which were asked for. */
function weighing(splits: number, sizeBytes: number, rests: readonly number[] = [0]) {
  const asked: string[] = []
  const fetched: Fetched<number> = {
    values: [1],
    arrivalTimes: [0],
    positionOf: () => '',
    undecodable: [],
    position: { after: '0' },
    sizeBytes,
    behindMs: 1,
    serverTime: 0,
    finished: false,
  }
  let ids = Array.from({ length: splits }, (_, index) => `split-${index}`)
  const enumerator: SplitEnumerator<number> = {
    discover: async () => {},
    discoverEveryMs: 1000,
    exhausted: false,
    takeReadable: () => {
      const taken = ids.map((id) => ({ id, parents: [] }))
      ids = []
      return taken
    },
    read: ({ id }) => {
      let fetches = 0
      return {
        fetch: async () => {
          asked.push(id)
          return { ...fetched, restBytes: rests[fetches++ % rests.length]! }
        },
        close: () => {},
      }
    },
    finished: () => [],
    snapshot: () => null,
    close: async () => {},
  }
  const task = new SourceTask('weighing', enumerator, undefined, {
    pushBatch: () => {},
    push: () => {},
    pushUndecodable: undefined,
    progress: [],
    onReady: () => {},
    onError: () => {},
  })
  task.openReadable()
  return { task, asked }
}

describe('what is fetched ahead', () => {
  it('never exceeds 256 MiB over all splits, where an unknown fetch counts as 10 MiB', async () => {
    const { task, asked } = weighing(100, 10 * mib)
    task.prefetch()
    expect(asked).toHaveLength(25)
    await quiet()
    task.prefetch()
    expect(asked).toHaveLength(25)
    task.handOver(nextSplit([task])!.task)
    task.prefetch()
    expect(asked).toHaveLength(26)
  })

  it('is more splits once they are known to bring little', async () => {
    const { task, asked } = weighing(100, 1000)
    for (let turn = 0; turn < 5; turn += 1) {
      task.prefetch()
      await quiet()
    }
    expect(asked).toHaveLength(100)
  })

  it('counts what readers have taken in besides, which is brought before anybody reads on', async () => {
    const { task, asked } = weighing(26, 2 * mib, [8 * mib, 6 * mib, 0])
    task.prefetch()
    await quiet()
    expect(asked).not.toContain('split-25')
    task.handOver(nextSplit([task])!.task)
    task.prefetch()
    await quiet()
    expect(asked.slice(25)).toEqual(['split-0'])
    for (let handed = 0; handed < 4; handed += 1) task.handOver(nextSplit([task])!.task)
    task.prefetch()
    expect(asked.slice(26).sort()).toEqual(['split-1', 'split-2', 'split-25', 'split-3', 'split-4'])
  })

  it('is one split at least, however much it brings', async () => {
    const { task, asked } = weighing(1, 500 * mib)
    for (let turn = 1; turn <= 3; turn += 1) {
      task.prefetch()
      await quiet()
      expect(asked).toHaveLength(turn)
      task.handOver(nextSplit([task])!.task)
    }
  })
})

interface Visit {
  readonly key: string
  readonly time: number
}

/** A stream whose shards are days apart in event time. */
async function farApart(): Promise<{ stream: EmbeddedStream; visits: number }> {
  const stream = await EmbeddedStream.start(4)
  const day = 86_400_000
  const visits = Array.from({ length: 400 }, (_, index) => {
    const key = `k${index % 40}`
    return { key, time: (index % 40) * day + index * 1000 }
  })
  const Records = visits.map((visit) => ({ Data: btoa(JSON.stringify(visit)), PartitionKey: visit.key }))
  await stream.call('PutRecords', { Records })
  return { stream, visits: visits.length }
}

const visitsOf = (stream: EmbeddedStream) =>
  kinesisSource({
    stream: stream.name,
    endpoint: stream.kinesis.endpoint,
    startAt: 'trim-horizon',
    decode: json<Visit>(),
  })

describe('shards that wait for each other', () => {
  it('never deadlock: a job with two clocks over shards that are days apart reads all of them', async () => {
    const { stream, visits } = await farApart()
    const [early, late] = [collectSink<{ n: number }>(), collectSink<{ n: number }>()]
    const described = job('two-clocks', ({ from }) => {
      const all = from('visits', visitsOf(stream))
      return [
        all.pipe(
          eventTime(({ time }) => time, { outOfOrder: '100d' }),
          keyBy(({ key }) => key),
          window(tumbling('1d')),
          aggregate('forth', { n: count() }),
          sinkTo('early', early),
        ),
        all.pipe(
          eventTime(({ time }) => 1e12 - time, { outOfOrder: '100d' }),
          keyBy(({ key }) => key),
          window(tumbling('1d')),
          aggregate('back', { n: count() }),
          sinkTo('late', late),
        ),
      ]
    })
    await run(described, { checkpoints: memoryStore(), clock: stream.clock, until: 'caught-up' })
    const sum = (rows: readonly { n: number }[]) => rows.reduce((total, { n }) => total + n, 0)
    expect([sum(early.rows), sum(late.rows)]).toEqual([visits, visits])
    await stream.close()
  })
})

describe('a sink without room', () => {
  it('is never filled further, and nothing is ever dropped for it', async () => {
    const { stream, visits } = await farApart()
    const rows = collectSink<Visit>()
    let held = 0
    let room: (() => void) | undefined
    const sink = hookedSink(rows, {
      write: (values) => {
        held += values.length
        expect(room, 'was written to while it had no room').toBeUndefined()
      },
      ready: () => {
        if (held === 0) return undefined
        const waiting = new Promise<void>((resolve) => {
          room = resolve
        })
        setImmediate(() => {
          held = 0
          const opened = room
          room = undefined
          opened?.()
        })
        return waiting
      },
    })
    const described = job('slow', ({ from }) => from('visits', visitsOf(stream)).pipe(sinkTo('rows', sink)))
    await run(described, { checkpoints: memoryStore(), clock: stream.clock, until: 'caught-up' })
    expect(rows.rows).toHaveLength(visits)
    await stream.close()
  })
})
