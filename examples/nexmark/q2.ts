import type { Stream } from 'millrace'
import { filter, map } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

/** Which bids are for some chosen auctions? */
export const q2 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    filter(({ auction }) => auction % 123 === 0),
    map(({ auction, price }) => ({ auction, price })),
  )
