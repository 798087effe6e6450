import fc from 'fast-check'
import { type Change, job } from 'millrace'
import { ascending, descending, keyBy, sinkTo, topN } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'

interface Bid {
  readonly auction: number
  readonly price: number
  readonly time: number
  readonly bidder: string
}

const bids = fc.array(
  fc.record({
    auction: fc.constantFrom(1, 2),
    price: fc.nat({ max: 5 }),
    time: fc.nat({ max: 30 }),
    bidder: fc.constantFrom('x', 'y', 'z'),
  }),
  { maxLength: 40 },
)

/** What the changes come to, by auction and rank; what a change says of the one before must be so. */
function ranksOf(changes: readonly Change<readonly [number, number], Bid>[]): Record<string, Bid> {
  const ranks: Record<string, Bid> = {}
  for (const change of changes) {
    if (change.op === 'delete') throw new Error('a rank is never empty again')
    expect(change.op === 'update' ? change.before : undefined).toEqual(ranks[change.key.join()])
    ranks[change.key.join()] = change.value
  }
  return ranks
}

function expected(all: readonly Bid[], n: number): Record<string, Bid> {
  const ranks: Record<string, Bid> = {}
  for (const auction of [1, 2]) {
    const sorted = all
      .filter((bid) => bid.auction === auction)
      .sort((a, b) => b.price - a.price || a.time - b.time || (a.bidder < b.bidder ? -1 : 1))
    for (const [index, bid] of sorted.slice(0, n).entries()) ranks[`${auction},${index + 1}`] = bid
  }
  return ranks
}

describe('topN', () => {
  it('comes to the same ranks, ties decided by content, however records come', () =>
    fc.assert(
      fc.asyncProperty(bids, manners, async (inputs, manner) => {
        const trial = { inputs: [inputs], timeOf: ({ time }: Bid) => time, disorderMs: 5 }
        const rows = await rowsOf<Bid, Change<readonly [number, number], Bid>>(trial, manner, (stream) =>
          stream.pipe(
            keyBy(({ auction }) => auction),
            topN('top', 3, { by: [descending((bid) => bid.price), ascending((bid) => bid.time)] }),
          ),
        )
        expect(ranksOf(rows)).toEqual(expected(inputs, 3))
      }),
      { numRuns: 60 },
    ))

  it.each([0, 1.5, Number.NaN])('takes no %s best', (n) => {
    expect(() =>
      job('top', ({ from }) =>
        from('in', listSource<Bid>({})).pipe(
          keyBy(({ auction }) => auction),
          topN('top', n, { by: ascending((bid) => bid.price) }),
          sinkTo('out', collectSink()),
        ),
      ),
    ).toThrow(`topN of "top" got ${n}`)
  })
})
