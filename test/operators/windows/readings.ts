import fc from 'fast-check'
import type { KeyedStream, Stream } from 'millrace'
import { keyBy } from 'millrace/operators'
import type { Trial } from '../anyhow.ts'

export interface Reading {
  readonly key: string
  readonly time: number
  readonly amount: number
}

/** Also before 1970. */
export const readings: fc.Arbitrary<Reading[]> = fc
  .tuple(
    fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        time: fc.nat({ max: 60 }),
        amount: fc.integer({ min: 1, max: 9 }),
      }),
    ),
    fc.constantFrom(0, 0, -31),
  )
  .map(([all, shift]) => all.map((reading) => ({ ...reading, time: reading.time + shift })))

export const trialOf = (input: readonly Reading[]): Trial<Reading> => ({
  inputs: [input],
  timeOf: ({ time }) => time,
  disorderMs: 5,
})

export const byKey = (stream: Stream<Reading>): KeyedStream<string, Reading> =>
  stream.pipe(keyBy((reading) => reading.key))

/** A window by a naive reference: what belongs to it. */
export interface Expected {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly amounts: readonly number[]
}

/** Every window of every key that holds something, in the order in which results come. */
export function windowsBy(
  input: readonly Reading[],
  windowsOf: (time: number) => readonly { readonly start: number; readonly end: number }[],
): Expected[] {
  const all = new Map<string, { key: string; start: number; end: number; amounts: number[] }>()
  for (const { key, time, amount } of input) {
    for (const { start, end } of windowsOf(time)) {
      const id = `${key} ${start}`
      const window = all.get(id) ?? { key, start, end, amounts: [] }
      window.amounts.push(amount)
      all.set(id, window)
    }
  }
  return inOrder([...all.values()])
}

export function inOrder<W extends { readonly key: string; readonly end: number }>(
  windows: readonly W[],
): W[] {
  return windows.toSorted((a, b) => a.end - b.end || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

export const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)
