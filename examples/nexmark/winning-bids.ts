import type { Stream } from 'millrace'
import { intervalJoin, keyBy, process, valueState } from 'millrace/operators'
import { type Auction, auctions, type NexmarkEvent, type NumberedBid, numberedBids } from './events.ts'

/** A bid, and the auction that it is for. */
export interface Offer {
  readonly auction: Auction
  readonly bid: NumberedBid
}

/** The bids that came while their auction was open. */
export const validBids = (events: Stream<NexmarkEvent>) => {
  const byAuction = numberedBids(events).pipe(keyBy((bid) => bid.auction))
  return auctions(events).pipe(
    keyBy((auction) => auction.id),
    intervalJoin(
      'valid-bids',
      byAuction,
      { from: '0s', to: (auction) => auction.expires },
      (auction, bid): Offer => ({ auction, bid }),
    ),
  )
}

/** The highest bid of each auction, the first of them if there are several, as soon as the auction is over. */
export const winningBids = (events: Stream<NexmarkEvent>) =>
  validBids(events).pipe(
    keyBy(({ auction }) => auction.id),
    process('winning-bids', {
      state: { best: valueState<Offer>() },
      onRecord(offer, { state: { best }, timers }) {
        if (best.value === undefined) timers.set(offer.auction.expires)
        if (best.value === undefined || beats(offer.bid, best.value.bid)) best.value = offer
      },
      *onTimer(_expires, { state: { best } }) {
        if (best.value !== undefined) yield best.value
        best.clear()
      },
    }),
  )

const beats = (bid: NumberedBid, best: NumberedBid) =>
  (bid.price - best.price || best.dateTime - bid.dateTime || best.eid - bid.eid) > 0
