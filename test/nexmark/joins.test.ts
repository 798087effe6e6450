import { job, type KeyedStream, run, type SinkHandle, type Stream } from 'millrace'
import {
  broadcast,
  coGroup,
  eventTime,
  filter,
  flatMap,
  intervalJoin,
  join,
  keyBy,
  lookupJoin,
  map,
  sinkTo,
  tumbling,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { KeyedLogic } from '../../operators/keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../../operators/keyed/keyed-step.ts'
import { NexmarkGenerator } from '../bench/nexmark/generator.ts'
import type { Auction, Bid, NexmarkEvent, Person } from '../bench/nexmark/model.ts'
import { deliveryOrder, presets } from '../bench/nexmark/preset.ts'
import { rowDigest } from './row-digest.ts'

type Row = readonly (string | number)[]

/** The first 100,000 events, over three splits, up to 4 seconds out of order in each. */
const events = (() => {
  const generator = new NexmarkGenerator(presets.std)
  const splits: Record<string, { value: NexmarkEvent; arrivalTime: number }[]> = { a: [], b: [], c: [] }
  for (const number of deliveryOrder(100_000, 4000)) {
    splits['abc'[number % 3]!]!.push({ value: generator.event(number), arrivalTime: 0 })
  }
  return listSource(splits, { perFetch: 500 })
})()

/** A side input: what each key stands for. */
const names = listSource({
  all: Array.from({ length: 10_000 }, (_, key) => ({ value: { key, name: String(key) }, arrivalTime: 0 })),
})

const timeOf = (event: NexmarkEvent): number => {
  if (event.event_type === 0) return event.person.dateTime
  return event.event_type === 1 ? event.auction.dateTime : event.bid.dateTime
}

interface Kinds {
  readonly people: Stream<Person>
  readonly auctions: Stream<Auction>
  readonly bids: Stream<Bid>
  readonly names: Stream<{ readonly key: number; readonly name: string }>
}

async function answerOf(query: (kinds: Kinds) => Stream<Row>): Promise<readonly Row[]> {
  const sink = collectSink<Row>()
  const described = job('nexmark', ({ from }): SinkHandle => {
    const timed = from('events', events).pipe(eventTime(timeOf, { outOfOrder: '4s' }))
    const kinds = {
      people: timed.pipe(flatMap((event) => (event.event_type === 0 ? [event.person] : []))),
      auctions: timed.pipe(flatMap((event) => (event.event_type === 1 ? [event.auction] : []))),
      bids: timed.pipe(flatMap((event) => (event.event_type === 2 ? [event.bid] : []))),
      get names() {
        return from('side-input', names)
      },
    }
    return query(kinds).pipe(sinkTo('rows', sink))
  })
  await run(described, { checkpoints: memoryStore() })
  return sink.rows
}

const validBids = ({ auctions, bids }: Pick<Kinds, 'auctions' | 'bids'>) => {
  const byAuction = bids.pipe(keyBy((bid) => bid.auction))
  return auctions.pipe(
    keyBy((auction) => auction.id),
    intervalJoin('bids', byAuction, { from: '0s', to: (auction) => auction.expires }, (auction, bid) => ({
      auction,
      bid,
    })),
  )
}

describe('the answer to Nexmark query', () => {
  it('3: a join of all rows', async () => {
    const rows = await answerOf(({ people, auctions }) => {
      const sellers = people.pipe(
        filter((person) => ['OR', 'ID', 'CA'].includes(person.state)),
        keyBy((person) => person.id),
      )
      return auctions.pipe(
        filter((auction) => auction.category === 10),
        keyBy((auction) => auction.seller),
        join('sellers', sellers, {}, ({ id }, { name, city, state }) => [name, city, state, id]),
      )
    })
    expect(rowDigest(rows)).toEqual({
      rows: 517,
      digest: '321d36c36098466c4b991d41293004719f04012d8a38e5e04cef2811da44c7f3',
    })
  })

  it('4: an interval that each row ends itself', async () => {
    const rows = await answerOf((kinds) =>
      validBids(kinds).pipe(map(({ auction, bid }) => [auction.id, auction.category, bid.price])),
    )
    const best = new Map<number, { category: number; price: number }>()
    for (const [id, category, price] of rows as [number, number, number][]) {
      if (price > (best.get(id)?.price ?? 0)) best.set(id, { category, price })
    }
    const averages = [10, 11, 12, 13, 14].map((id) => {
      const prices = [...best.values()].filter(({ category }) => category === id).map(({ price }) => price)
      return [id, Math.floor(prices.reduce((sum, price) => sum + price, 0) / prices.length)]
    })
    expect(rowDigest(averages)).toEqual({
      rows: 5,
      digest: 'ec326e0b85084f0afa770406b9289fb35768c4f658afa4a567ed555678a95c93',
    })
  })

  it('8: groups of two streams in one window', async () => {
    const rows = await answerOf(({ people, auctions }) => {
      const bySeller = auctions.pipe(keyBy((auction) => auction.seller))
      return people.pipe(
        keyBy((person) => person.id),
        coGroup('new-sellers', bySeller, { window: tumbling('10s') }, ({ window, left, right }) =>
          right.length === 0 ? [] : left.map(({ id, name }): Row => [id, name, window.start]),
        ),
      )
    })
    expect(rowDigest(rows)).toEqual({
      rows: 286,
      digest: 'c1a973717dd2e3d482e5c6e38b47d51747cfda22a580ddaae6c874e437a16370',
    })
  })

  it('9: the best row of an interval, when it is over', async () => {
    const rows = await answerOf((kinds) => winners(validBids(kinds).pipe(keyBy(({ auction }) => auction.id))))
    expect(rowDigest(rows)).toEqual({
      rows: 5555,
      digest: 'f594cbd459c53ae9cf92bc928e0dd5d7540b560a0e40731451f55f6a5c731312',
    })
  })

  it('13: a look-up in a table', async () => {
    const rows = await answerOf(({ bids, names }) => {
      const table = names.pipe(broadcast((entry) => entry.key))
      return bids.pipe(
        lookupJoin('names', table, { by: (bid) => bid.auction % 10_000 }, (bid, { name }) => [
          ...[bid.auction, bid.bidder, bid.price, bid.dateTime],
          name,
        ]),
      )
    })
    expect(rowDigest(rows)).toEqual({
      rows: 92_000,
      digest: '040621d0ad88ec6352c7446152383bc3300a62602e48198b20a22b5b2e24aaac',
    })
  })

  it('20: a join of all rows, wide', async () => {
    const rows = await answerOf(({ auctions, bids }) => {
      const inCategory = auctions.pipe(
        filter((auction) => auction.category === 10),
        keyBy((auction) => auction.id),
      )
      return bids.pipe(
        keyBy((bid) => bid.auction),
        join('auctions', inCategory, {}, (bid, auction) => [
          ...[bid.auction, bid.bidder, bid.price, bid.channel, bid.url, bid.dateTime, bid.extra],
          ...[auction.itemName, auction.description, auction.initialBid, auction.reserve, auction.dateTime],
          ...[auction.expires, auction.seller, auction.category, auction.extra],
        ]),
      )
    })
    expect(rowDigest(rows)).toEqual({
      rows: 17_665,
      digest: '26c5d34f29cd3df09a802a9b2c93ab6655d771d2714eb3919255cc46d8c04ff8',
    })
  })

  it('23: a join of three streams', async () => {
    const rows = await answerOf(({ people, auctions, bids }) => {
      const byId = people.pipe(keyBy((person) => person.id))
      const bySeller = auctions.pipe(keyBy((auction) => auction.seller))
      return bids.pipe(
        keyBy((bid) => bid.bidder),
        join('bidders', byId, {}, (bid, person) => ({ bid, person })),
        keyBy(({ bid }) => bid.bidder),
        join('auctions', bySeller, {}, ({ bid, person }, auction) => [
          ...[bid.bidder, bid.price, bid.channel, bid.url, bid.extra],
          ...[person.id, person.name, person.emailAddress, person.creditCard, person.city, person.state],
          ...[person.extra, auction.itemName, auction.description, auction.initialBid, auction.reserve],
          ...[auction.dateTime, auction.expires, auction.seller, auction.category, auction.extra],
        ]),
      )
    })
    expect(rowDigest(rows)).toEqual({
      rows: 148_964,
      digest: '221a2f4ba96ea8d108cbca7678ffe2294dac03bf934076d22ca402b7df3773ca',
    })
  })
})

interface Offer {
  readonly auction: Auction
  readonly bid: Bid
}

/** The best offer of each auction, when the auction is over. */
function winners(offers: KeyedStream<number, Offer>): Stream<Row> {
  const best: KeyedLogic<{ offer: Offer | undefined }> = {
    shape: 'winner',
    create: () => ({ offer: undefined }),
    onRecord(call, value) {
      const offer = value as Offer
      if (call.state.offer === undefined) call.setTimer(offer.auction.expires)
      if (call.state.offer === undefined || beats(offer.bid, call.state.offer.bid)) call.state.offer = offer
    },
    onTimer(call, time) {
      call.emit(winnerRow(call.state.offer!), time)
      call.state.offer = undefined
    },
    isEmpty: ({ offer }) => offer === undefined,
  }
  const logic = () => best as unknown as KeyedLogic<unknown>
  return keyedOperatorOn([offers], { verb: 'winner', name: 'winner', detail: '', logic })
}

const beats = (bid: Bid, best: Bid) =>
  bid.price > best.price || (bid.price === best.price && bid.dateTime < best.dateTime)

const winnerRow = ({ auction, bid }: Offer): Row => [
  ...[auction.id, auction.itemName, auction.description, auction.initialBid, auction.reserve],
  ...[auction.dateTime, auction.expires, auction.seller, auction.category, auction.extra],
  ...[bid.auction, bid.bidder, bid.price, bid.dateTime, bid.extra],
]
