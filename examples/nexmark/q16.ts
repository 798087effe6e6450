import type { Stream } from 'millrace'
import { keyBy, max, runningAggregate } from 'millrace/operators'
import { audience } from './audience.ts'
import { changedRows } from './changed-rows.ts'
import { dayOf, minuteOf } from './days.ts'
import { type Bid, bids, type NexmarkEvent } from './events.ts'

/** How many bids, bidders and auctions are there by each channel each day, and until which minute? A changelog. */
export const q16 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => `${dayOf(bid.dateTime)} ${bid.channel}`),
    runningAggregate('channels', { minute: max((bid: Bid) => minuteOf(bid.dateTime)), ...audience }),
    changedRows(({ key, ...counts }) => ({ channel: key.slice(11), day: key.slice(0, 10), ...counts })),
  )
