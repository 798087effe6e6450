import type { Stream } from 'millrace'
import { join, keyBy } from 'millrace/operators'
import { auctions, bids, type NexmarkEvent, persons } from './events.ts'

/** Who bids and also sells, and what? Sellers meet their auctions first: there are far fewer of them than bids. */
export const q23 = (events: Stream<NexmarkEvent>) => {
  const bySeller = auctions(events).pipe(keyBy((auction) => auction.seller))
  const sellers = persons(events).pipe(
    keyBy((person) => person.id),
    join('sellers', bySeller, {}, (person, auction) => ({ person, auction })),
    keyBy(({ person }) => person.id),
  )
  return bids(events).pipe(
    keyBy((bid) => bid.bidder),
    join('bids', sellers, {}, (bid, { person, auction }) => ({
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
