import type { Stream } from 'millrace'
import { keyBy, map, matchPattern, pattern } from 'millrace/operators'
import { type NexmarkEvent, type NumberedBid, numberedBids } from './events.ts'

const turn = pattern<NumberedBid>()
  .begin('start')
  .next('fall', (bid, { start, fall }) => bid.price < (fall.at(-1) ?? start).price)
  .oneOrMore()
  .greedy()
  .consecutive()
  .next('rise', (bid, { fall }) => bid.price > fall.at(-1)!.price)

/** When do the prices that someone bids for an auction fall and then rise again? */
export const c0 = (events: Stream<NexmarkEvent>) =>
  numberedBids(events).pipe(
    keyBy((bid) => `${bid.auction} ${bid.bidder}`),
    matchPattern('turns', turn, { skip: { toLast: 'rise' }, orderBy: (bid) => bid.eid }),
    map(({ start, fall, rise }) => ({
      auction: start.auction,
      bidder: start.bidder,
      start_tstamp: start.dateTime,
      bottom_tstamp: fall.at(-1)!.dateTime,
      end_tstamp: rise.dateTime,
    })),
  )
