import { type Change, job, run, type Stream } from 'millrace'
import {
  average,
  count,
  countDistinct,
  countIf,
  eventTime,
  filtered,
  flatMap,
  groupBy,
  keyBy,
  mapped,
  max,
  min,
  runningAggregate,
  sinkTo,
  sum,
  toTable,
} from 'millrace/operators'
import { collectTable, type ListRecord, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { NexmarkGenerator } from '../../bench/nexmark/generator.ts'
import type { Auction, Bid } from '../../bench/nexmark/model.ts'
import { presets } from '../../bench/nexmark/preset.ts'
import { digestOf } from './digest.ts'

type NumberedBid = Bid & { readonly eid: number }

/** The bids of the first hundred thousand events, and the auctions. */
const bids: NumberedBid[] = []
const auctions = new Map<number, Auction>()
const generator = new NexmarkGenerator(presets.std)
for (let eid = 0; eid < 100_000; eid += 1) {
  const event = generator.event(eid)
  if (event.event_type === 2) bids.push({ ...event.bid, eid })
  if (event.event_type === 1) auctions.set(event.auction.id, event.auction)
}

const dayOf = (bid: Bid) => new Date(bid.dateTime).toISOString().slice(0, 10)
const minuteOf = (bid: Bid) => new Date(bid.dateTime).toISOString().slice(11, 16)
const cheap = (bid: Bid) => bid.price < 10_000
const middling = (bid: Bid) => bid.price >= 10_000 && bid.price < 1_000_000
const dear = (bid: Bid) => bid.price >= 1_000_000

const bidders = countDistinct((bid: Bid) => bid.bidder)
const auctioned = countDistinct((bid: Bid) => bid.auction)

/** Bids, distinct bidders and distinct auctions, altogether and by price. */
const audience = {
  total_bids: count(),
  rank1_bids: countIf(cheap),
  rank2_bids: countIf(middling),
  rank3_bids: countIf(dear),
  total_bidders: bidders,
  rank1_bidders: filtered(bidders, cheap),
  rank2_bidders: filtered(bidders, middling),
  rank3_bidders: filtered(bidders, dear),
  total_auctions: auctioned,
  rank1_auctions: filtered(auctioned, cheap),
  rank2_auctions: filtered(auctioned, middling),
  rank3_auctions: filtered(auctioned, dear),
}

/** The last rows of a query over the bids, spread over four splits. */
async function tableOf<K, V>(query: (bids: Stream<NumberedBid>) => Stream<Change<K, V>>): Promise<V[]> {
  const splits: Record<string, ListRecord<NumberedBid>[]> = { a: [], b: [], c: [], d: [] }
  for (const bid of bids) splits['abcd'[bid.eid % 4]!]!.push({ value: bid, arrivalTime: bid.dateTime })
  const sink = collectTable<K, V>()
  const described = job('nexmark', ({ from }) =>
    query(
      from('bids', listSource(splits, { perFetch: 2000 })).pipe(
        eventTime((bid) => bid.dateTime, { outOfOrder: '4s' }),
      ),
    ).pipe(sinkTo('table', sink)),
  )
  await run(described, { checkpoints: memoryStore() })
  return [...sink.table.values()]
}

describe('the changelog of Nexmark query', () => {
  it('15: what each day brought, by price', async () => {
    const days = await tableOf((bids) => bids.pipe(keyBy(dayOf), runningAggregate('days', audience)))
    expect(digestOf(days.map((row) => Object.values(row)))).toEqual({
      rows: 2,
      digest: '75f66bf4da13a4409e1fc53d8bdf340cb46de9d101fbe4a27963461556d204b0',
    })
  })

  it('16: what each channel brought on each day', async () => {
    const channels = await tableOf((bids) =>
      bids.pipe(
        keyBy((bid) => `${bid.channel} ${dayOf(bid)}`),
        runningAggregate('channels', { minute: max(minuteOf), ...audience }),
      ),
    )
    const rows = channels.map(({ key, ...counts }) => [...key.split(' '), ...Object.values(counts)])
    expect(digestOf(rows)).toEqual({
      rows: 17982,
      digest: '7fc57580f625e83b20e2ffd68311ad9c7ff87c10fa257c3898c557e30efab832',
    })
  })

  it('17: the prices of each auction on each day', async () => {
    const prices = await tableOf((bids) =>
      bids.pipe(
        keyBy((bid) => `${bid.auction} ${dayOf(bid)}`),
        runningAggregate('prices', {
          total_bids: count(),
          rank1_bids: countIf(cheap),
          rank2_bids: countIf(middling),
          rank3_bids: countIf(dear),
          min_price: min((bid) => bid.price),
          max_price: max((bid) => bid.price),
          avg_price: mapped(
            average((bid) => bid.price),
            Math.trunc,
          ),
          sum_price: sum((bid) => bid.price),
        }),
      ),
    )
    const rows = prices.map(({ key, ...figures }) => [...key.split(' '), ...Object.values(figures)])
    expect(digestOf(rows)).toEqual({
      rows: 6078,
      digest: '6532231140c61f75f69bc938c4b57509d291df067f5a0a6c87be3ce4a267e915',
    })
  })

  it('18: the last bid of each bidder for each auction', async () => {
    const last = await tableOf((bids) =>
      bids.pipe(
        keyBy((bid) => `${bid.bidder} ${bid.auction}`),
        toTable('last', { tie: (bid) => bid.eid }),
      ),
    )
    const rows = last.map(({ auction, bidder, price, channel, url, dateTime, extra }) => [
      ...[auction, bidder, price, channel, url, dateTime, extra],
    ])
    expect(digestOf(rows)).toEqual({
      rows: 28396,
      digest: '69288e0565a01b5f85d0e6ae0c089620791c00424bb05c98e690b3e0b03db213',
    })
  })

  it('4: the average of the highest valid bids of auctions, by category', async () => {
    const categories = await tableOf((bids) =>
      bids.pipe(
        // The join with the auctions is not what is tried here.
        flatMap((bid) => {
          const auction = auctions.get(bid.auction)
          const valid = auction && bid.dateTime >= auction.dateTime && bid.dateTime <= auction.expires
          return valid ? [{ auction: bid.auction, category: auction.category, price: bid.price }] : []
        }),
        keyBy((bid) => bid.auction),
        runningAggregate('highest', { category: max((bid) => bid.category), price: max((bid) => bid.price) }),
        groupBy((auction) => auction.category),
        runningAggregate('categories', {
          final: mapped(
            average((auction) => auction.price),
            Math.trunc,
          ),
        }),
      ),
    )
    expect(digestOf(categories.map(({ key, final }) => [key, final]))).toEqual({
      rows: 5,
      digest: 'ec326e0b85084f0afa770406b9289fb35768c4f658afa4a567ed555678a95c93',
    })
  })
})
