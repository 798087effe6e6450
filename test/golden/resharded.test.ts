import { type Job, job, run } from 'millrace'
import {
  aggregate,
  average,
  count,
  eventTime,
  keyBy,
  map,
  max,
  sinkTo,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, type ListRecord, listSource, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { quiet } from '../runtime/until.ts'
import { Fuse, mortalSink, mortalStore } from './fuse.ts'

interface Reading {
  readonly sensor: string
  readonly time: number
  readonly value: number
}

type Splits = Readonly<Record<string, readonly ListRecord<Reading>[]>>

const minute = 60_000

const readings = Array.from({ length: 60 }, (_, index) => ({
  value: {
    sensor: `s${(index * 7) % 5}`,
    time: index * 20_000 - (index % 4 === 3 ? 30_000 : 0),
    value: index * 1.5,
  },
  arrivalTime: index,
}))

const between = (from: number, to: number, keep = (_index: number) => true) =>
  readings.filter((_, index) => index >= from && index < to && keep(index))

const even = (index: number) => index % 2 === 0
const odd = (index: number) => index % 2 === 1

/** The same readings, in one split and re-sharded in every way. */
const shardings: Readonly<
  Record<string, { splits: Splits; parents?: Readonly<Record<string, readonly string[]>> }>
> = {
  whole: { splits: { a: readings } },
  'side by side': { splits: { a: between(0, 60, even), b: between(0, 60, odd) } },
  'split once': {
    splits: { a: between(0, 30), left: between(30, 60, even), right: between(30, 60, odd) },
    parents: { left: ['a'], right: ['a'] },
  },
  'split and merged': {
    splits: {
      a: between(0, 20),
      left: between(20, 40, even),
      right: between(20, 40, odd),
      b: between(40, 60),
    },
    parents: { left: ['a'], right: ['a'], b: ['left', 'right'] },
  },
  'merged with one side empty': {
    splits: { a: between(0, 30), empty: [], b: between(30, 60) },
    parents: { b: ['a', 'empty'] },
  },
  'passed from hand to hand': {
    splits: { a: between(0, 5), b: [], c: between(5, 6), d: between(6, 59), e: between(59, 60) },
    parents: { b: ['a'], c: ['b'], d: ['c'], e: ['d'] },
  },
}

function perMinute(name: string, perFetch: number, fuse = new Fuse(), sink = collectSink<object>()) {
  const { splits, parents = {} } = shardings[name]!
  const source = listSource(splits, { perFetch, parents, onFetch: fuse.burn })
  const described: Job = job('per-minute', ({ from }) =>
    from('readings', source).pipe(
      eventTime((reading) => reading.time, { outOfOrder: '1m', maxDrift: '2m' }),
      keyBy((reading) => reading.sensor),
      window(tumbling('1m')),
      aggregate('totals', { n: count(), mean: average((r) => r.value), top: max((r) => r.value) }),
      map(({ key, window, ...totals }) => ({ sensor: key, minute: window.start / minute, ...totals })),
      sinkTo('out', mortalSink(sink, fuse)),
    ),
  )
  return { described, sink }
}

async function rowsOf(name: string, perFetch: number): Promise<readonly object[]> {
  const { described, sink } = perMinute(name, perFetch)
  await run(described, { checkpoints: memoryStore(), clock: manualClock() })
  return sink.rows
}

const golden = await rowsOf('whole', 1)

describe('the same readings', () => {
  it('make many rows', () => expect(golden.length).toBeGreaterThan(40))

  it.each(Object.keys(shardings))('give the same rows %s, however many come with a fetch', async (name) => {
    for (const perFetch of [1, 2, 3, 7, 100])
      expect(await rowsOf(name, perFetch), `${perFetch}`).toEqual(golden)
  })

  it.each(Object.keys(shardings))('give the same rows %s, after a crash at any deed', async (name) => {
    const straight = new Fuse()
    await live(name, straight)
    for (let deed = 1; deed <= straight.burnt; deed += 3) {
      const store = memoryStore()
      const sink = collectSink<object>()
      await live(name, new Fuse(deed), store, sink).catch(() => {})
      await live(name, new Fuse(), store, sink)
      expect(sink.rows, `crash at ${deed}`).toEqual(golden)
    }
  })
})

/** One process that takes checkpoints all the time. */
async function live(
  name: string,
  fuse: Fuse,
  store = memoryStore(),
  sink = collectSink<object>(),
): Promise<void> {
  const clock = manualClock()
  const { described } = perMinute(name, 4, fuse, sink)
  const running = run(described, { checkpoints: mortalStore(store, fuse), clock, random: () => 0 })
  let over = false
  const end = () => {
    over = true
  }
  running.then(end, end)
  while (!over) {
    clock.advance(10_000)
    await quiet(2)
  }
  await running
}
