/**
 * From stream to stream: flights that were late go to a stream of their own, each exactly once for a reader with
 * `dropRepeats`. The order of each airport's flights is kept.
 *
 *     millrace run examples/02-late-flights.ts
 */
import { job, json } from 'millrace'
import { kinesisSink, kinesisSource } from 'millrace/connectors/kinesis'
import { filter, map, sinkTo } from 'millrace/operators'

/** A flight as the stream holds it, in JSON. `date` is in milliseconds since 1970, `delay` in minutes. */
interface Flight {
  date: number
  delay: number
  distance: number
  origin: string
  destination: string
}

const flights = kinesisSource({ stream: 'flights', startAt: 'trim-horizon', decode: json<Flight>() })

export default job(
  'late-flights',
  ({ from }) =>
    from('flights', flights).pipe(
      filter((flight) => flight.delay > 15),
      map(({ origin, destination, date, delay }) => ({
        route: `${origin}-${destination}`,
        origin,
        date,
        delay,
      })),
      sinkTo(
        'late',
        kinesisSink({
          stream: 'late-flights',
          partitionKey: (row) => row.origin,
          delivery: 'checkpointed',
        }),
      ),
    ),
  { checkpoint: { every: '1s' } },
)
