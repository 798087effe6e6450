import type { Stream, TimeDomain } from 'millrace'
import { aggregate, count, keyBy, map, tumbling, window } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

const bidsPerPerson = (events: Stream<NexmarkEvent>, time: TimeDomain) =>
  bids(events).pipe(
    keyBy((bid) => bid.bidder),
    window(tumbling('10s', { time })),
    aggregate('bids', { bid_count: count() }),
    map(({ key, bid_count, window }) => ({
      bidder: key,
      bid_count,
      starttime: window.start,
      endtime: window.end,
    })),
  )

/** How often does each person bid in ten seconds of the clock, whenever the bids were made? */
export const q12 = (events: Stream<NexmarkEvent>) => bidsPerPerson(events, 'processing')

/** The same in ten seconds of event time. */
export const q12e = (events: Stream<NexmarkEvent>) => bidsPerPerson(events, 'event')
