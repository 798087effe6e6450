import type { Stream } from 'millrace'
import { aggregate, apply, intervalJoin, keyBy, max, tumbling, windowAll } from 'millrace/operators'
import { type Bid, bids, type NexmarkEvent } from './events.ts'
import { greatest } from './greatest.ts'

/**
 * Which bids are the highest of their ten seconds? As in the benchmark's own words, a bid of the very instant at which a
 * window ends is one of it too, if its price is that of the highest.
 */
export const q7 = (events: Stream<NexmarkEvent>) => {
  const byPrice = bids(events).pipe(keyBy((bid) => bid.price))
  return bids(events).pipe(
    windowAll(tumbling('10s')),
    aggregate('highest', { price: max((bid: Bid) => bid.price) }),
    keyBy((highest) => highest.price),
    // A result has the time of the last instant of its window.
    intervalJoin('bids', byPrice, { from: '-9999ms', to: '1ms' }, (_highest, bid) => {
      const { auction, bidder, price, dateTime, extra } = bid
      return { auction, bidder, price, dateTime, extra }
    }),
  )
}

/** Which bids are the highest of each ten seconds, and of which? */
export const q7w = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    windowAll(tumbling('10s')),
    apply('highest', (_all, { start, end }, bids) =>
      greatest(bids, ({ price }) => price).map(({ auction, bidder, price, dateTime, extra }) => ({
        ...{ auction, bidder, price, dateTime, extra },
        starttime: start,
        endtime: end,
      })),
    ),
  )
