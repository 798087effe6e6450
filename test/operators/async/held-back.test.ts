import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HeldBack, type Place } from '../../../operators/async/held-back.ts'

/** `true` is a watermark, `false` a record. */
const arrivals = fc.array(fc.boolean(), { maxLength: 30 })

/** What comes out when records get their results in an order by chance: records are even numbers, watermarks odd ones. */
function comesOut(ordered: boolean, marks: readonly boolean[], chance: readonly number[]): number[] {
  const out: number[] = []
  const held = new HeldBack<number>(
    ordered,
    (result) => out.push(result),
    (watermark) => out.push(watermark),
  )
  const places: [Place<number>, number][] = []
  for (const [index, isMark] of marks.entries()) {
    if (isMark) held.watermark(2 * index + 1)
    else places.push([held.enter(), 2 * index])
  }
  for (const by of chance) {
    if (places.length === 0) break
    const [[place, result]] = places.splice(by % places.length, 1) as [[Place<number>, number]]
    held.settle(place, result)
  }
  for (const [place, result] of places) held.settle(place, result)
  expect(held.size).toBe(0)
  return out
}

const isWatermark = (value: number) => value % 2 === 1

it('lets results out in the order of their records, and every watermark after the records before it', () => {
  fc.assert(
    fc.property(arrivals, fc.array(fc.nat()), (marks, chance) => {
      const out = comesOut(true, marks, chance)
      expect(out).toEqual(out.toSorted((a, b) => a - b))
      expect(out.filter((value) => !isWatermark(value))).toHaveLength(marks.filter((mark) => !mark).length)
    }),
  )
})

it('lets results out as they come between two watermarks, where order does not count', () => {
  fc.assert(
    fc.property(arrivals, fc.array(fc.nat()), (marks, chance) => {
      const out = comesOut(false, marks, chance)
      for (const [index, watermark] of out.entries()) {
        if (!isWatermark(watermark)) continue
        expect(out.slice(0, index).every((before) => before < watermark)).toBe(true)
        expect(out.slice(index + 1).every((after) => after > watermark)).toBe(true)
      }
    }),
  )
  expect(comesOut(false, [false, false], [1])).toEqual([2, 0])
})

it('keeps the last of watermarks that follow each other', () => {
  expect(comesOut(true, [false, true, true], [])).toEqual([0, 5])
})
