import fc from 'fast-check'
import { job, run, type Stream } from 'millrace'
import { keyBy, sinkTo, union } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'
import type { KeyedLogic } from '../../operators/keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../../operators/keyed/keyed-step.ts'
import { pagedSource } from '../runtime/paged-source.ts'
import { quiet } from '../runtime/until.ts'
import { manners, rowsOf } from './anyhow.ts'

interface Reading {
  readonly key: string | number | bigint
  readonly time: number
  readonly amount: number
}

/** By key, what each input brought in every ten milliseconds: told when they are over. */
const sums = (): KeyedLogic<Map<number, number[]>> => ({
  shape: 'sums',
  create: () => new Map(),
  onRecord(call, value, input) {
    const end = Math.floor((value as Reading).time / 10) * 10 + 10
    const sums = call.state.get(end) ?? [0, 0]
    sums[input]! += (value as Reading).amount
    call.state.set(end, sums)
    call.setTimer(end - 1)
  },
  onTimer(call, time) {
    call.emit(`${typeof call.key} ${call.key} ${time} ${call.state.get(time + 1)}`, time)
    call.state.delete(time + 1)
  },
  isEmpty: (state) => state.size === 0,
})

const reading: fc.Arbitrary<Reading> = fc.record({
  key: fc.constantFrom<string | number | bigint>('a', '1', 1, 1n),
  time: fc.nat({ max: 60 }),
  amount: fc.integer({ min: 1, max: 9 }),
})

it('gives the same by key and timer, however records come and whatever fails', () => {
  const logic = sums as unknown as () => KeyedLogic<unknown>
  const build = (left: Stream<Reading>, right: Stream<Reading>) => {
    const keyed = [left, right].map((stream) => stream.pipe(keyBy((reading) => reading.key)))
    return keyedOperatorOn<string>(keyed, { verb: 'sums', name: 'sums', detail: '', logic })
  }
  return fc.assert(
    fc.asyncProperty(fc.array(reading), fc.array(reading), manners, async (left, right, manner) => {
      const rows = await rowsOf(
        { inputs: [left, right], timeOf: ({ time }) => time, disorderMs: 5 },
        manner,
        build,
      )
      expect(rows.toSorted()).toEqual(expected([left, right]).toSorted())
    }),
    { numRuns: 60 },
  )
})

it('that follows another in its chain has one input, however many that one has', () =>
  fc.assert(
    fc.asyncProperty(fc.array(reading), fc.array(reading), manners, async (left, right, manner) => {
      const all = sums as unknown as () => KeyedLogic<unknown>
      const rows = await rowsOf(
        { inputs: [left, right], timeOf: ({ time }) => time, disorderMs: 5 },
        manner,
        (...streams) => {
          const keyed = streams.map((stream) => stream.pipe(keyBy((reading: Reading) => reading.key)))
          const both = keyedOperatorOn<Reading>(keyed, {
            verb: 'same',
            name: 'same',
            detail: '',
            logic: same,
          })
          const again = both.pipe(keyBy((reading) => reading.key))
          return keyedOperatorOn<string>([again], { verb: 'sums', name: 'sums', detail: '', logic: all })
        },
      )
      expect(rows.toSorted()).toEqual(expected([[...left, ...right]]).toSorted())
    }),
    { numRuns: 20 },
  ))

const same = (): KeyedLogic<unknown> => ({
  shape: 'same',
  create: () => null,
  onRecord: (call, value) => call.emit(value, call.timestamp),
  isEmpty: () => true,
})

it('puts the records of several streams together, each once', () =>
  fc.assert(
    fc.asyncProperty(fc.array(reading), fc.array(reading), manners, async (left, right, manner) => {
      const trial = { inputs: [left, right], timeOf: ({ time }: Reading) => time, disorderMs: 5 }
      const rows = await rowsOf(trial, manner, (one, other) => one.pipe(union(other)))
      const sorted = (readings: readonly Reading[]) =>
        readings.map(({ key, time, amount }) => `${key} ${time} ${amount}`).sort()
      expect(sorted(rows)).toEqual(sorted([...left, ...right]))
    }),
    { numRuns: 30 },
  ))

function expected(inputs: readonly (readonly Reading[])[]): string[] {
  const rows = new Map<string, number[]>()
  for (const [input, readings] of inputs.entries()) {
    for (const { key, time, amount } of readings) {
      const row = `${typeof key} ${key} ${Math.floor(time / 10) * 10 + 9}`
      const sums = rows.get(row) ?? [0, 0]
      sums[input]! += amount
      rows.set(row, sums)
    }
  }
  return [...rows].map(([row, sums]) => `${row} ${sums}`)
}

/** Tells of every record one and three seconds of processing time later. */
const reminders = (): KeyedLogic<number> => ({
  shape: 'reminders',
  create: () => 2,
  onRecord(call) {
    for (const afterMs of [1000, 3000]) call.setProcessingTimer(call.now + afterMs)
  },
  onProcessingTimer(call, time) {
    call.emit(`${call.key} ${time}`, time)
    call.state -= 1
  },
  isEmpty: (left) => left === 0,
})

it('fires each timer of processing time when it is due, also when nothing comes in between', async () => {
  const clock = manualClock()
  const start = clock.now()
  const sink = collectSink<string>()
  const logic = reminders as unknown as () => KeyedLogic<unknown>
  const described = job(
    'reminders',
    ({ from }) => {
      const keyed = from('keys', pagedSource({ a: { pages: [{ values: ['k'] }] } })).pipe(keyBy((key) => key))
      return keyedOperatorOn<string>([keyed], { verb: 'remind', name: 'reminders', detail: '', logic }).pipe(
        sinkTo('out', sink),
      )
    },
    { checkpoint: { every: '1s' } },
  )
  const running = run(described, { checkpoints: memoryStore(), clock })
  await quiet(200)
  for (let second = 1; second <= 5; second++) {
    clock.advance(1000)
    await quiet(200)
  }
  expect(sink.rows).toEqual([`k ${start + 1000}`, `k ${start + 3000}`])
  running.stop()
  await running
})
