import fc from 'fast-check'
import { type Change, job, run, type Stream } from 'millrace'
import { ascending, descending, groupBy, keyBy, sinkTo, topN, toTable } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'
import { tableOf } from './changelog/table-of.ts'
import { grouped } from './grouped.ts'

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

const trialOf = (inputs: readonly Bid[]) => ({
  inputs: [inputs],
  timeOf: ({ time }: Bid) => time,
  disorderMs: 5,
})
const inRanks = (a: Bid, b: Bid) => b.price - a.price || a.time - b.time || (a.bidder < b.bidder ? -1 : 1)
/** The best of each bidder: in a map the last one stays. */
const distinct = (sorted: readonly Bid[]) =>
  [...new Map(sorted.toReversed().map((bid) => [bid.bidder, bid])).values()].sort(inRanks)
const withText = <V>(change: Change<readonly [unknown, unknown], V>): Change<string, V> => ({
  ...change,
  key: change.key.join(),
})

describe('topN', () => {
  it('comes to the same ranks, ties decided by content, however records come', () =>
    fc.assert(
      fc.asyncProperty(bids, manners, async (inputs, manner) => {
        const rows = await rowsOf<Bid, Change<readonly [number, number], Bid>>(
          trialOf(inputs),
          manner,
          (stream) =>
            stream.pipe(
              keyBy(({ auction }) => auction),
              topN('top', 3, { by: [descending((bid) => bid.price), ascending((bid) => bid.time)] }),
            ),
        )
        expect(ranksOf(rows)).toEqual(expected(inputs, 3))
      }),
      { numRuns: 60 },
    ))

  it('by id comes to the best rows of different ids, and tells of no others', () =>
    fc.assert(
      fc.asyncProperty(bids, fc.integer({ min: 1, max: 4 }), manners, async (inputs, n, manner) => {
        const changes = await rowsOf<Bid, Change<readonly [number, string], Bid>>(
          trialOf(inputs),
          manner,
          (stream) =>
            stream.pipe(
              keyBy(({ auction }) => auction),
              topN('top', n, {
                by: [descending((bid) => bid.price), ascending((bid) => bid.time)],
                id: ({ bidder }) => bidder,
              }),
            ),
        )
        const best = [...grouped(inputs, ({ auction }) => `${auction}`)].flatMap(([auction, own]) =>
          distinct(own.toSorted(inRanks))
            .slice(0, n)
            .map((bid) => [`${auction},${bid.bidder}`, bid] as const),
        )
        expect(tableOf(changes.map(withText))).toEqual(new Map(best))
      }),
      { numRuns: 80 },
    ))

  it('by id tells two changes of a row that pushes another out', async () => {
    const bid = (bidder: string, price: number): Bid => ({ auction: 1, price, time: price, bidder })
    const changes = await rowsOf<Bid, Change<readonly [number, string], Bid>>(
      trialOf([bid('x', 1), bid('y', 2), bid('z', 3), bid('x', 4), bid('x', 5)]),
      { spread: [0], perFetch: 9, delays: [0], failures: [] },
      (stream) =>
        stream.pipe(
          keyBy(({ auction }) => auction),
          topN('top', 2, { by: descending((bid) => bid.price), id: ({ bidder }) => bidder }),
        ),
    )
    expect(changes.map(({ op, key }) => `${op} ${key[1]}`)).toEqual([
      ...['insert x', 'insert y', 'delete x', 'insert z', 'delete y', 'insert x', 'update x'],
    ])
  })

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

describe('topN of a changelog', () => {
  interface Seller {
    readonly id: number
    readonly city: string
    readonly sales: number
    readonly time: number
    readonly gone: boolean
  }
  const sellers = fc.uniqueArray(
    fc.record({
      id: fc.nat({ max: 6 }),
      city: fc.constantFrom('Bonn', 'Rome'),
      sales: fc.nat({ max: 4 }),
      time: fc.nat({ max: 60 }),
      gone: fc.boolean(),
    }),
    { selector: ({ id, time }) => `${id} ${time}`, maxLength: 40 },
  )
  const inCities = (stream: Stream<Seller>) =>
    stream.pipe(
      keyBy(({ id }) => id),
      toTable('sellers', { deletedIf: ({ gone }) => gone }),
      groupBy(({ city }) => city),
    )
  /** The sellers of each city that are there in the end, the best first; of equal sales the first id. */
  const bestOf = (all: readonly Seller[], n: number) => {
    const last = new Map(all.toSorted((a, b) => a.time - b.time).map((one) => [one.id, one]))
    const present = [...last.values()].filter(({ gone }) => !gone)
    return [...grouped(present, ({ city }) => city)].map(
      ([city, own]) => [city, own.toSorted((a, b) => b.sales - a.sales || a.id - b.id).slice(0, n)] as const,
    )
  }
  const by = [descending((one: Seller) => one.sales), ascending((one: Seller) => one.id)]
  const many = fc.integer({ min: 1, max: 4 })

  it('comes to the ranks of what is left, however rows come, change, move and go', () =>
    fc.assert(
      fc.asyncProperty(sellers, many, manners, async (values, n, manner) => {
        const changes = await rowsOf(
          { inputs: [values], timeOf: ({ time }) => time, disorderMs: 5 },
          manner,
          (stream: Stream<Seller>) => inCities(stream).pipe(topN('best', n, { by })),
        )
        const best = bestOf(values, n).flatMap(([city, own]) =>
          own.map((one, index) => [`${city},${index + 1}`, one] as const),
        )
        expect(tableOf(changes.map(withText))).toEqual(new Map(best))
      }),
      { numRuns: 80 },
    ))

  it('comes to the same rows by id', () =>
    fc.assert(
      fc.asyncProperty(sellers, many, manners, async (values, n, manner) => {
        const changes = await rowsOf(
          { inputs: [values], timeOf: ({ time }) => time, disorderMs: 5 },
          manner,
          (stream: Stream<Seller>) => inCities(stream).pipe(topN('best', n, { by, id: ({ id }) => id })),
        )
        const best = bestOf(values, n).flatMap(([city, own]) =>
          own.map((one) => [`${city},${one.id}`, one] as const),
        )
        expect(tableOf(changes.map(withText))).toEqual(new Map(best))
      }),
      { numRuns: 80 },
    ))

  it('stops at a row taken back that never came', async () => {
    const change: Change<number, { city: string }> = { op: 'delete', key: 1, before: { city: 'Bonn' } }
    const described = job('best', ({ from }) =>
      from('in', listSource({ s: [{ value: change, arrivalTime: 0 }] })).pipe(
        groupBy(({ city }) => city),
        topN('best', 3, { by: ascending(({ city }) => city) }),
        sinkTo('out', collectSink()),
      ),
    )
    await expect(run(described, { checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'OPERATOR_FAILED',
      happened: expect.stringContaining('a row of key Bonn was taken back that never came'),
    })
  })
})
