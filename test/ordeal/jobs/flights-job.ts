import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
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
import type { Flight } from '../../examples/flights.ts'
import { paced } from './paced-source.ts'
import { lake, restart, store } from './place.ts'
import { counted } from './troubles.ts'

const flights = kinesisSource({
  stream: 'flights',
  startAt: 'trim-horizon',
  decode: json<Flight>(),
  recordsPerFetch: 500,
})

const days = deliverySink({
  to: lake,
  format: parquet({
    origin: 'string',
    day: 'timestamp',
    flights: 'int64',
    meanDelay: 'double',
    maxDelay: 'int32',
    delayed: 'int64',
  }),
  partitionBy: (row) => ({ month: new Date(row.day).toISOString().slice(0, 7) }),
  roll: { size: '4KiB' },
})

/** Delays by airport and day, with checkpoints all the time and many small files. */
export default job(
  'flights',
  ({ from }) =>
    from('flights', paced(flights)).pipe(
      map(counted),
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
      sinkTo('lake', days),
    ),
  { checkpoint: { every: '20ms', store }, restart },
)
