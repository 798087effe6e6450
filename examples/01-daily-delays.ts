/**
 * How punctual is each airport, day by day? Reads flights from a Kinesis stream and writes one row per airport and day
 * to Parquet files, each exactly once.
 *
 *     millrace run examples/01-daily-delays.ts --from trim-horizon
 */
import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import {
  aggregate,
  average,
  count,
  eventTime,
  keyBy,
  map,
  max,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'

/** A flight as the stream holds it, in JSON. `date` is in milliseconds since 1970, `delay` in minutes. */
interface Flight {
  date: number
  delay: number
  distance: number
  origin: string
  destination: string
}

const flights = kinesisSource({ stream: 'flights', startAt: 'trim-horizon', decode: json<Flight>() })

const dailyDelays = deliverySink({
  to: folder('demo-output/daily-delays'),
  format: parquet({
    origin: 'string',
    day: 'timestamp',
    flights: 'int64',
    meanDelay: 'double',
    maxDelay: 'int32',
    delayed: 'int64',
  }),
  partitionBy: (row) => ({ month: new Date(row.day).toISOString().slice(0, 7) }),
})

export default job(
  'daily-delays',
  ({ from }) =>
    from('flights', flights).pipe(
      eventTime((flight) => flight.date, { outOfOrder: '1h' }),
      keyBy((flight) => flight.origin),
      window(tumbling('1d')),
      aggregate('per-day', {
        flights: count(),
        meanDelay: average((flight) => flight.delay),
        maxDelay: max((flight) => flight.delay),
        delayed: sum((flight) => (flight.delay > 15 ? 1 : 0)),
      }),
      map(({ key, window, ...totals }) => ({ origin: key, day: window.start, ...totals })),
      sinkTo('lake', dailyDelays),
    ),
  { checkpoint: { every: '1s' } },
)
