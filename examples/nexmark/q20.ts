import type { Stream } from 'millrace'
import { filter, join, keyBy } from 'millrace/operators'
import { auctions, bids, type NexmarkEvent } from './events.ts'

/** Which bids are for auctions of category 10, and for which ones? */
export const q20 = (events: Stream<NexmarkEvent>) => {
  const inCategory = auctions(events).pipe(
    filter((auction) => auction.category === 10),
    keyBy((auction) => auction.id),
  )
  return bids(events).pipe(
    keyBy((bid) => bid.auction),
    join('auctions', inCategory, {}, (bid, auction) => ({
      auction: bid.auction,
      bidder: bid.bidder,
      price: bid.price,
      channel: bid.channel,
      url: bid.url,
      bid_dateTime: bid.dateTime,
      bid_extra: bid.extra,
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
