import type { Stream } from 'millrace'
import { map } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

/** Which bids are there? Measures what it costs to read and write. */
export const q0 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra })),
  )
