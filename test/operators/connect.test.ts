import fc from 'fast-check'
import type { Stream } from 'millrace'
import { connect, keyBy, mapState } from 'millrace/operators'
import { expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'

interface Reading {
  readonly key: string
  readonly time: number
  readonly amount: number
}

const readings = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b'),
    time: fc.nat({ max: 40 }),
    amount: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 20 },
)

/** At every time the sum of what either side has brought by then. */
const balances = (left: Stream<Reading>, right: Stream<Reading>) =>
  left.pipe(
    keyBy(({ key }) => key),
    connect('balances', right.pipe(keyBy(({ key }) => key)), {
      state: { due: mapState<number, number>(), sums: mapState<string, number>() },
      onLeft({ amount }, { timestamp, state, timers }) {
        state.due.set(timestamp, (state.due.get(timestamp) ?? 0) + amount)
        timers.set(timestamp)
      },
      onRight({ amount }, { timestamp, state, timers }) {
        state.due.set(timestamp, (state.due.get(timestamp) ?? 0) - amount)
        timers.set(timestamp)
      },
      *onTimer(time, { key, state }) {
        const sum = (state.sums.get('all') ?? 0) + state.due.get(time)!
        state.sums.set('all', sum)
        state.due.delete(time)
        yield `${key} ${time} ${sum}`
      },
    }),
  )

it('gives both streams one state, and the same results however their records come', () =>
  fc.assert(
    fc.asyncProperty(readings, readings, manners, async (left, right, manner) => {
      const trial = { inputs: [left, right], timeOf: ({ time }: Reading) => time, disorderMs: 5 }
      const rows = await rowsOf<Reading, string>(trial, manner, balances)
      const signed = [...left, ...right.map((one) => ({ ...one, amount: -one.amount }))]
      const expected = signed.map(({ key, time }) => {
        const until = signed.filter((one) => one.key === key && one.time <= time)
        return `${key} ${time} ${until.reduce((sum, { amount }) => sum + amount, 0)}`
      })
      expect(rows.toSorted()).toEqual([...new Set(expected)].sort())
    }),
    { numRuns: 50 },
  ))
