import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OrdinalSet } from '../../../connectors/kinesis/ordinal-set.ts'

test('it knows what was added, whatever the order, and over JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60)), fc.array(fc.nat(60)), (first, second) => {
      const known = new Set<number>()
      let set = new OrdinalSet()
      for (const ordinals of [first, second]) {
        for (const ordinal of ordinals) {
          expect(set.add(ordinal)).toBe(!known.has(ordinal))
          known.add(ordinal)
        }
        set = OrdinalSet.fromJson(JSON.parse(JSON.stringify(set.toJson())))
      }
      const runs = [...known].filter((ordinal) => !known.has(ordinal - 1))
      expect(set.intervals).toBe(runs.length)
    }),
    { numRuns: 2000 },
  )
})

test('ordinals in order are one interval', () => {
  const set = new OrdinalSet()
  for (let ordinal = 5; ordinal < 10_000; ordinal++) set.add(ordinal)
  expect(set.toJson()).toEqual([5, 9994])
})
