import type { Stream } from 'millrace'
import { aggregate, apply, count, keyBy, map, sliding, tumbling, window, windowAll } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'
import { greatest } from './greatest.ts'

/** Every two seconds: how many bids has each auction got in the last ten? */
const bidsPerAuction = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => bid.auction),
    window(sliding('10s', '2s')),
    aggregate('bids-per-auction', { num: count() }),
    map(({ key, num, window }) => ({ auction: key, num, starttime: window.start, endtime: window.end })),
  )

/** The same for all auctions, not only the hottest. */
export const q5all = bidsPerAuction

/** The same with the window of each row. */
export const q5w = (events: Stream<NexmarkEvent>) =>
  bidsPerAuction(events).pipe(
    // The results of each sliding window come at its last instant: one window every two seconds.
    windowAll(tumbling('2s')),
    apply('hottest', (_all, _window, counts) => greatest(counts, ({ num }) => num)),
  )

/** Which auctions have got the most bids in the last ten seconds, every two seconds? */
export const q5 = (events: Stream<NexmarkEvent>) =>
  q5w(events).pipe(map(({ auction, num }) => ({ auction, num })))
