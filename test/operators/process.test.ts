import fc from 'fast-check'
import { job, run, type Stream } from 'millrace'
import { keyBy, listState, mapState, output, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource, type ManualClock, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { quiet } from '../runtime/until.ts'
import { manners, rowsOf } from './anyhow.ts'

interface Reading {
  readonly key: string
  readonly time: number
  readonly amount: number
}

const reading: fc.Arbitrary<Reading> = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  time: fc.nat({ max: 60 }),
  amount: fc.integer({ min: 1, max: 9 }),
})
const trial = (readings: readonly Reading[]) => ({
  inputs: [readings],
  timeOf: ({ time }: Reading) => time,
  disorderMs: 5,
})
const always = (
  build: (stream: Stream<Reading>) => Stream<unknown>,
  expected: (all: Reading[]) => unknown[],
) =>
  fc.assert(
    fc.asyncProperty(fc.array(reading, { maxLength: 40 }), manners, async (readings, manner) => {
      const rows = await rowsOf<Reading, unknown>(trial(readings), manner, build)
      expect(rows.map(text).sort()).toEqual(expected(readings).map(text).sort())
    }),
    { numRuns: 50 },
  )
const text = (row: unknown) => JSON.stringify(row)

/** Keeps what comes, and tells it in the order of time when event time is complete. */
const inOrder = (stream: Stream<Reading>) =>
  stream.pipe(
    keyBy(({ key }) => key),
    process('in-order', {
      state: { waiting: mapState<number, number>(), before: valueState(0) },
      onRecord({ amount }, { timestamp, state, timers }) {
        state.waiting.set(timestamp, (state.waiting.get(timestamp) ?? 0) + amount)
        timers.set(timestamp)
      },
      *onTimer(time, { key, state }) {
        state.before.value = state.before.value * 2 + state.waiting.get(time)!
        state.waiting.delete(time)
        yield { key, time, before: state.before.value }
      },
    }),
  )

function inOrderOf(all: Reading[]): unknown[] {
  const times = new Map<string, number>()
  for (const { key, time, amount } of all)
    times.set(`${key} ${time}`, (times.get(`${key} ${time}`) ?? 0) + amount)
  const before: Record<string, number> = {}
  return [...times]
    .map(([place, amount]) => ({ key: place.split(' ')[0]!, time: Number(place.split(' ')[1]), amount }))
    .sort((a, b) => a.time - b.time)
    .map(({ key, time, amount }) => {
      before[key] = (before[key] ?? 0) * 2 + amount
      return { key, time, before: before[key] }
    })
}

describe('a process', () => {
  it('gives the same by state and timers, however records come and whatever fails', () =>
    always(inOrder, inOrderOf))

  it('ends the ticking of a timer that sets itself again at the last time of a record', () =>
    always(
      (stream) =>
        stream.pipe(
          keyBy(({ key }) => key),
          process('ticks', {
            onRecord(_reading, { timestamp, timers }) {
              timers.set(Math.ceil(timestamp / 10) * 10)
            },
            *onTimer(time, { key, timers }) {
              timers.set(time + 10)
              yield { key, time }
            },
          }),
        ),
      (all) => {
        const ticks = (time: number) => Math.ceil(time / 10)
        const last = Math.max(...all.map(({ time }) => ticks(time)))
        return [...new Set(all.map(({ key }) => key))].flatMap((key) => {
          const first = Math.min(...all.filter((one) => one.key === key).map(({ time }) => ticks(time)))
          return Array.from({ length: last - first + 1 }, (_, index) => ({ key, time: (first + index) * 10 }))
        })
      },
    ))

  it('moves the timer of a name, and takes back timers', () =>
    always(
      (stream) =>
        stream.pipe(
          keyBy(({ key }) => key),
          process('silence', {
            state: { latest: valueState(0) },
            onRecord(_reading, { timestamp, state, timers }) {
              state.latest.value = Math.max(state.latest.value, timestamp)
              timers.set(state.latest.value + 1000, 'silence')
              timers.set(timestamp + 500)
              timers.set(timestamp + 400, 'never')
              timers.delete(timestamp + 500)
              timers.delete('never')
            },
            *onTimer(time, { key }, name) {
              yield { key, time, name }
            },
          }),
        ),
      (all) =>
        [...new Set(all.map(({ key }) => key))].map((key) => ({
          key,
          time: Math.max(...all.filter((one) => one.key === key).map(({ time }) => time)) + 1000,
          name: 'silence',
        })),
    ))

  it('forgets what has outlived its time, whether it was swept yet or not', () =>
    always(
      (stream) =>
        stream.pipe(
          keyBy(() => 'all'),
          process('recent', {
            state: {
              waiting: listState<Reading>(),
              seen: mapState<string, number>({ ttl: { after: '7ms' } }),
            },
            onRecord(reading, { timestamp, state, timers }) {
              state.waiting.add(reading)
              timers.set(timestamp)
            },
            *onTimer(time, { state }) {
              const due = [...state.waiting].filter((one) => one.time === time)
              for (const { key } of due) state.seen.set(key, time)
              state.waiting.replace([...state.waiting].filter((one) => one.time !== time))
              yield { time, seen: [...state.seen.keys()].sort() }
            },
          }),
        ),
      (all) =>
        [...new Set(all.map(({ time }) => time))].map((time) => ({
          time,
          seen: [
            ...new Set(all.filter((one) => one.time <= time && one.time > time - 7).map(({ key }) => key)),
          ].sort(),
        })),
    ))

  it('hands records to its side outputs, and results to emit', async () => {
    const sinks = { main: collectSink<number>(), odd: collectSink<Reading>() }
    const readings = [1, 2, 3].map((amount) => ({
      value: { key: 'a', time: 0, amount },
      arrivalTime: amount,
    }))
    const described = job('odd', ({ from }) => {
      const even = from('readings', listSource({ s: readings })).pipe(
        keyBy(({ key }) => key),
        process('even', {
          outputs: { odd: output<Reading>(), unread: output<number>() },
          emits: output<number>(),
          onRecord(reading, { emit, output }) {
            if (reading.amount % 2 === 0) emit(reading.amount)
            else output('odd', reading)
            output('unread', 1)
          },
        }),
      )
      return [even.pipe(sinkTo('main', sinks.main)), even.sides.odd.pipe(sinkTo('odd', sinks.odd))]
    })
    await run(described, { checkpoints: memoryStore() })
    expect(sinks.main.rows).toEqual([2])
    expect(sinks.odd.rows.map(({ amount }) => amount)).toEqual([1, 3])
  })
})

describe('processing time', () => {
  it('fires every timer when the clock comes to it, also without records', async () => {
    const clock = manualClock(0)
    const sink = collectSink<string>()
    const source = listSource({ s: [{ value: 'a', arrivalTime: 0 }] }, { endless: true })
    const described = job(
      'timers',
      ({ from }) =>
        from('in', source).pipe(
          keyBy((key) => key),
          process('timers', {
            state: { left: valueState(3) },
            onRecord(_key, { now, processingTimers }) {
              for (const wait of [100, 250, 300]) processingTimers.set(now + wait, `after ${wait}`)
            },
            *onProcessingTimer(time, { key, now }, name) {
              yield `${key} ${name} ${time} ${now}`
            },
          }),
          sinkTo('out', sink),
        ),
      { checkpoint: { every: '10ms' } },
    )
    const running = run(described, { checkpoints: memoryStore(), clock })
    await advance(clock, 35)
    running.stop()
    await running
    expect(sink.rows).toEqual(['a after 100 100 100', 'a after 250 250 250', 'a after 300 300 300'])
  })

  it.each([
    ['on-write', ['a 60: 1', 'a 120: undefined', 'a 180: undefined']],
    ['on-read-and-write', ['a 60: 1', 'a 120: 1', 'a 180: 1']],
  ] as const)('can be what state is kept by, refreshed %s', async (refresh, expected) => {
    const clock = manualClock(0)
    const sink = collectSink<string>()
    const described = job(
      'kept',
      ({ from }) =>
        from('in', listSource({ s: [{ value: 'a', arrivalTime: 0 }] }, { endless: true })).pipe(
          keyBy((key) => key),
          process('kept', {
            state: {
              kept: valueState<number>(undefined, { ttl: { after: '100ms', refresh, clock: 'processing' } }),
            },
            onRecord(_key, { state, processingTimers }) {
              state.kept.value = 1
              for (const time of [60, 120, 180]) processingTimers.set(time)
            },
            *onProcessingTimer(time, { key, state }) {
              yield `${key} ${time}: ${state.kept.value}`
            },
          }),
          sinkTo('out', sink),
        ),
      { checkpoint: { every: '10ms' } },
    )
    const running = run(described, { checkpoints: memoryStore(), clock })
    await advance(clock, 25)
    running.stop()
    await running
    expect(sink.rows).toEqual(expected)
  })
})

/** Moves a clock on by ten milliseconds at a time, and lets happen what then does. */
async function advance(clock: ManualClock, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    await quiet()
    clock.advance(10)
  }
}
