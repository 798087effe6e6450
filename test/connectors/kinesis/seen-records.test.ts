import { expect, test } from 'vitest'
import { SeenRecords } from '../../../connectors/kinesis/seen-records.ts'

const id = (producer: string, lane: number, ordinal: number) => ({ producer, lane, ordinal })

test('ids of other producers and lanes have nothing to do with each other', () => {
  const seen = new SeenRecords()
  for (const [producer, lane] of [
    ['a', 0],
    ['a', 1],
    ['b', 0],
  ] as const) {
    expect(seen.add(id(producer, lane, 7))).toBe(true)
    expect(seen.add(id(producer, lane, 7))).toBe(false)
  }
})

test('what was seen survives a checkpoint', () => {
  const before = new SeenRecords()
  for (const ordinal of [0, 1, 2, 5, 6]) before.add(id('a', 3, ordinal))
  const json = JSON.parse(JSON.stringify(before.toJson()))
  expect(json).toEqual({ a: { 3: [0, 2, 3, 1] } })
  const after = new SeenRecords(json)
  expect([0, 3, 5, 7].map((ordinal) => after.add(id('a', 3, ordinal)))).toEqual([false, true, false, true])
})

test('what it may remember has a bound, also over a restart; then it says so instead of forgetting', () => {
  const scattered = (seen: SeenRecords, from: number, to: number) => {
    for (let n = from; n < to; n++) seen.add(id(`p${n % 3}`, n % 2, 2 * n))
  }
  const seen = new SeenRecords({}, 100)
  scattered(seen, 0, 100)
  const restored = new SeenRecords(seen.toJson(), 100)
  expect(() => scattered(restored, 100, 101)).toThrow('REPEATS_UNBOUNDED')
  // One more that closes a gap is welcome.
  expect(new SeenRecords(seen.toJson(), 100).add(id('p0', 0, 1))).toBe(true)
})
