import { job, json, type ObjectDestination } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { kinesisSource } from 'millrace/connectors/kinesis'
import {
  aggregate,
  count,
  eventTime,
  filter,
  keyBy,
  map,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'
import type { Reading } from './readings.ts'

const readings = kinesisSource({ stream: 'readings', startAt: 'trim-horizon', decode: json<Reading>() })

const lakeIn = (to: ObjectDestination) =>
  deliverySink({
    to,
    format: parquet({ sensor: 'string', hour: 'timestamp', n: 'int64', total: 'double' }),
    partitionBy: (row) => ({ day: new Date(row.hour).toISOString().slice(0, 10) }),
    roll: { size: '8KiB' },
  })

/** Checkpoints all the time, and rolls many small files, so that a kill finds it in the middle of something. */
export const hourlyIn = (to: ObjectDestination) =>
  job(
    'hourly',
    ({ from }) =>
      from('readings', readings).pipe(
        filter((reading) => reading.value >= 0),
        eventTime((reading) => reading.time, { outOfOrder: '1h' }),
        keyBy((reading) => reading.sensor),
        window(tumbling('1h')),
        aggregate('per-hour', { n: count(), total: sum((reading) => reading.value) }),
        map(({ key, window, n, total }) => ({ sensor: key, hour: window.start, n, total })),
        sinkTo('lake', lakeIn(to)),
      ),
    { checkpoint: { every: '20ms' } },
  )
