import type { Stream } from 'millrace'
import { map } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'
import { converted } from './prices.ts'

/** What is each bid worth in another currency, exactly? */
export const q1 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price: converted(price),
      dateTime,
      extra,
    })),
  )
