import type { Stream } from 'millrace'
import { ascending, descending, keyBy, topN } from 'millrace/operators'
import { changedRows } from './changed-rows.ts'
import { type NexmarkEvent, numberedBids } from './events.ts'

/** What are the ten highest bids for each auction? A changelog. */
export const q19 = (events: Stream<NexmarkEvent>) =>
  numberedBids(events).pipe(
    keyBy((bid) => bid.auction),
    topN('highest', 10, {
      by: [descending((bid) => bid.price), ascending((bid) => bid.dateTime), ascending((bid) => bid.eid)],
    }),
    changedRows(({ eid: _, ...bid }, [, rank]) => ({ ...bid, rank_number: rank })),
  )
