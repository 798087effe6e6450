import type { Stream } from 'millrace'
import { ascending, deduplicate, keyBy } from 'millrace/operators'
import { changedRows } from './changed-rows.ts'
import { type NexmarkEvent, numberedBids } from './events.ts'

/** What is the last bid of each bidder for each auction? A changelog. */
export const q18 = (events: Stream<NexmarkEvent>) =>
  numberedBids(events).pipe(
    keyBy((bid) => `${bid.bidder} ${bid.auction}`),
    deduplicate('last', { keep: 'last', emit: 'changes', ties: ascending((bid) => bid.eid) }),
    changedRows(({ eid: _, ...bid }) => bid),
  )
