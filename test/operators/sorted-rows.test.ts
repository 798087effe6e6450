import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findSorted, firstRows, inOrder, insertSorted, type SortedRows } from '../../operators/sorted-rows.ts'

/** By value; rows of one value are told apart by their number. */
interface Row {
  readonly value: number
  readonly id: number
}
const to = (value: number) => (other: Row) => value - other.value

it('rows that come and go are in order, those that are equal as they came, and the last of these goes first', () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 9 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 900 }),
      (steps, times) => {
        const pieces: SortedRows<Row> = []
        let naive: Row[] = []
        for (let id = 0; id < times; id += 1) {
          for (const [comes, drawn] of steps) {
            const value = (drawn * 7919 + id * 31) % 1000
            if (comes) {
              insertSorted(pieces, { value, id }, to(value))
              naive.push({ value, id })
            } else {
              const last = naive.findLast((row) => row.value === value)
              findSorted(pieces, to(value))?.remove()
              naive = naive.filter((row) => row !== last)
            }
          }
          if (naive.length > 3000) break
        }
        naive.sort((a, b) => a.value - b.value)
        expect([...inOrder(pieces)]).toEqual(naive)
        expect(firstRows(pieces, 700)).toEqual(naive.slice(0, 700))
        expect(pieces.every((piece) => piece.length > 0 && piece.length <= 512)).toBe(true)
      },
    ),
    { numRuns: 40 },
  ))

it('a hundred thousand rows come and go in a moment', () => {
  const pieces: SortedRows<Row> = []
  const values = Array.from({ length: 100_000 }, (_, id) => (id * 7919) % 100_003)
  for (const [id, value] of values.entries()) insertSorted(pieces, { value, id }, to(value))
  expect(pieces.length).toBeLessThan(800)
  for (const value of values.slice(10)) findSorted(pieces, to(value))!.remove()
  expect(firstRows(pieces, 20).map(({ value }) => value)).toEqual(values.slice(0, 10).sort((a, b) => a - b))
  expect(pieces.length).toBeLessThan(10)
}, 5_000)
