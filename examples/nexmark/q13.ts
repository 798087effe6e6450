import type { Stream } from 'millrace'
import { broadcast, lookupJoin } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

/** An entry of the table in which auctions are looked up. */
export interface TableEntry {
  readonly key: number
  readonly value: string
}

/** What does a table say of the auction of each bid? */
export const q13 = (events: Stream<NexmarkEvent>, table: Stream<TableEntry>) =>
  bids(events).pipe(
    lookupJoin(
      'table',
      table.pipe(broadcast((entry) => entry.key)),
      { by: (bid) => bid.auction % 10_000 },
      ({ auction, bidder, price, dateTime }, { value }) => ({ auction, bidder, price, dateTime, value }),
    ),
  )
