import type { Stream } from 'millrace'
import { keyBy, runningAggregate } from 'millrace/operators'
import { audience } from './audience.ts'
import { changedRows } from './changed-rows.ts'
import { dayOf } from './days.ts'
import { bids, type NexmarkEvent } from './events.ts'

/** How many bids, bidders and auctions are there each day, by price? A changelog. */
export const q15 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => dayOf(bid.dateTime)),
    runningAggregate('days', audience),
    changedRows(({ key, ...counts }) => ({ day: key, ...counts })),
  )
