import type { Stream } from 'millrace'
import { join, keyBy } from 'millrace/operators'
import { auctions, bids, type NexmarkEvent, persons } from './events.ts'

/** Who bids and also sells, and what? */
export const q23 = (events: Stream<NexmarkEvent>) => {
  const byId = persons(events).pipe(keyBy((person) => person.id))
  const bySeller = auctions(events).pipe(keyBy((auction) => auction.seller))
  return bids(events).pipe(
    keyBy((bid) => bid.bidder),
    join('bidders', byId, {}, (bid, person) => ({ bid, person })),
    keyBy(({ person }) => person.id),
    join('auctions', bySeller, {}, ({ bid, person }, auction) => ({
      bidder: bid.bidder,
      price: bid.price,
      channel: bid.channel,
      url: bid.url,
      bid_extra: bid.extra,
      person_id: person.id,
      name: person.name,
      emailAddress: person.emailAddress,
      creditCard: person.creditCard,
      city: person.city,
      state: person.state,
      person_extra: person.extra,
      itemName: auction.itemName,
      description: auction.description,
      initialBid: auction.initialBid,
      reserve: auction.reserve,
      auction_dateTime: auction.dateTime,
      expires: auction.expires,
      seller: auction.seller,
      category: auction.category,
      auction_extra: auction.extra,
    })),
  )
}
