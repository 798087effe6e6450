import type { Stream } from 'millrace'
import { aggregate, count, keyBy, map, session, window } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

/** How often does each person bid before pausing for more than ten seconds? */
export const q11 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => bid.bidder),
    window(session('10s')),
    aggregate('bids', { bid_count: count() }),
    map(({ key, bid_count, window }) => ({
      bidder: key,
      bid_count,
      starttime: window.start,
      endtime: window.end,
    })),
  )

/** The same before pausing for ten seconds or more: times are whole milliseconds, so the gap is one less. */
export const q11x = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => bid.bidder),
    window(session('9999ms')),
    aggregate('bids', { bid_count: count() }),
    map(({ key, bid_count, window }) => ({
      bidder: key,
      bid_count,
      starttime: window.start,
      endtime: window.end + 1,
    })),
  )
