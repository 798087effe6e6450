import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  firstRow,
  hasRows,
  indexFrom,
  insertRow,
  noRows,
  removeFirst,
  secondRow,
} from '../../../operators/joins/ordered-rows.ts'

interface Row {
  readonly at: number
  readonly number: number
}

const steps = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 20 }) }, fc.constant('remove' as const)),
)

it('ordered rows are in the order of time, and of arrival where that is the same', () =>
  fc.assert(
    fc.property(steps, fc.nat({ max: 20 }), (steps, time) => {
      const ordered = noRows<Row>()
      const expected: Row[] = []
      for (const [number, step] of steps.entries()) {
        if (step !== 'remove') {
          insertRow(ordered, { at: step, number })
          expected.push({ at: step, number })
          expected.sort((a, b) => a.at - b.at)
        } else if (expected.length > 0) expect(removeFirst(ordered)).toEqual(expected.shift())
        expect(ordered.rows.slice(ordered.gone)).toEqual(expected)
        expect(hasRows(ordered)).toBe(expected.length > 0)
        if (expected.length > 0) expect(firstRow(ordered)).toEqual(expected[0])
        expect(secondRow(ordered)).toEqual(expected[1])
        expect(indexFrom(ordered, time) - ordered.gone).toBe(expected.filter(({ at }) => at < time).length)
        expect(ordered.gone).toBeLessThanOrEqual(ordered.rows.length / 2)
      }
    }),
  ))
