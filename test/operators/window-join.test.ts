import fc from 'fast-check'
import type { Stream } from 'millrace'
import { keyBy, tumbling, windowJoin } from 'millrace/operators'
import { expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'
import { kinds, pair, pairsWhere, type Row, rows, timeOf } from './pairs.ts'

const byKey = keyBy((row: Row) => row.key)

it('windowJoin gives the pairs of each key and window, however records come and whatever fails', () =>
  fc.assert(
    fc.asyncProperty(rows, rows, kinds, manners, async (left, right, kind, manner) => {
      const got = await rowsOf(
        { inputs: [left, right], timeOf, disorderMs: 5 },
        manner,
        (lefts: Stream<Row>, rights: Stream<Row>) =>
          lefts.pipe(
            byKey,
            windowJoin(
              'pairs',
              rights.pipe(byKey),
              { window: tumbling('10ms'), kind },
              (one, other, { end }) => ({
                text: pair(one, other),
                key: one?.key ?? other?.key,
                end,
              }),
            ),
          ),
      )
      const inOne = (one: Row, other: Row) => Math.floor(one.time / 10) === Math.floor(other.time / 10)
      expect(got.map(({ text }) => text).toSorted()).toEqual(pairsWhere(left, right, inOne, kind))
      // Windows come in the order of their ends.
      expect(got).toEqual(got.toSorted((a, b) => a.end - b.end))
    }),
    { numRuns: 60 },
  ))
