import type { Stream } from 'millrace'
import { average, groupBy, keyBy, mapped, max, runningAggregate } from 'millrace/operators'
import { changedRows } from './changed-rows.ts'
import type { NexmarkEvent } from './events.ts'
import { type Offer, validBids } from './winning-bids.ts'

/** How high do auctions of each category go on average? A changelog: each better bid changes the average. */
export const q4 = (events: Stream<NexmarkEvent>) =>
  validBids(events).pipe(
    keyBy(({ auction }) => auction.id),
    runningAggregate('highest', {
      category: max(({ auction }: Offer) => auction.category),
      price: max(({ bid }: Offer) => bid.price),
    }),
    groupBy((auction) => auction.category),
    runningAggregate('categories', {
      final: mapped(
        average((auction) => auction.price),
        Math.trunc,
      ),
    }),
    changedRows(({ key, final }) => ({ id: key, final })),
  )
