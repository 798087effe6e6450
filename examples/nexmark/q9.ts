import type { Stream } from 'millrace'
import { map } from 'millrace/operators'
import type { NexmarkEvent } from './events.ts'
import { winningBids } from './winning-bids.ts'

/** Which bid has won each auction? */
export const q9 = (events: Stream<NexmarkEvent>) =>
  winningBids(events).pipe(
    map(({ auction, bid }) => ({
      id: auction.id,
      itemName: auction.itemName,
      description: auction.description,
      initialBid: auction.initialBid,
      reserve: auction.reserve,
      dateTime: auction.dateTime,
      expires: auction.expires,
      seller: auction.seller,
      category: auction.category,
      extra: auction.extra,
      auction: bid.auction,
      bidder: bid.bidder,
      price: bid.price,
      bid_dateTime: bid.dateTime,
      bid_extra: bid.extra,
    })),
  )
