import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
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

const readings = kinesisSource({
  stream: 'readings',
  startAt: 'trim-horizon',
  read: process.env['TEST_READ'] === 'fan-out' ? 'fan-out' : 'polling',
  decode: json<Reading>(),
  discoverEvery: '100ms',
})

const lake = deliverySink({
  to: folder('out'),
  format: parquet({ sensor: 'string', hour: 'timestamp', n: 'int64', total: 'double' }),
  roll: { size: '8KiB' },
})

/** What it reads is of years ago: a quiet shard must not follow the clock. A late reading stops the job. */
export default job(
  'resharded',
  ({ from }) =>
    from('readings', readings).pipe(
      filter((reading) => reading.value >= 0),
      eventTime((reading) => reading.time, { outOfOrder: '1h', idleAfter: '20000d' }),
      keyBy((reading) => reading.sensor),
      window(tumbling('1h')),
      aggregate('per-hour', { n: count(), total: sum((reading) => reading.value) }),
      map(({ key, window, n, total }) => ({ sensor: key, hour: window.start, n, total })),
      sinkTo('lake', lake),
    ),
  { checkpoint: { every: '20ms' } },
)
