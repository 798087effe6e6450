import type { Stream } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import { map } from 'millrace/operators'
import { dayOf, minuteOf } from './days.ts'
import { bids, type NexmarkEvent } from './events.ts'

/** Which bids came in which minute of which day? Goes into files, by day and minute. */
export const q10 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    map(({ auction, bidder, price, dateTime, extra }) => ({
      ...{ auction, bidder, price, dateTime, extra },
      dt: dayOf(dateTime),
      hm: minuteOf(dateTime),
    })),
  )

/** Where the rows of {@link q10} go: a folder for each day, and in it one for each minute. */
export const bidsByMinute = (folder: string) =>
  deliverySink({
    to: folderAt(folder),
    format: parquet({
      auction: 'int64',
      bidder: 'int64',
      price: 'int64',
      dateTime: 'timestamp',
      extra: 'string',
      dt: 'string',
      hm: 'string',
    }),
    partitionBy: ({ dt, hm }) => ({ day: dt, minute: hm }),
  })
