import { job, json } from 'millrace'
import { kinesisSink, kinesisSource } from 'millrace/connectors/kinesis'
import { map, sinkTo } from 'millrace/operators'
import type { Reading } from './readings.ts'

const readings = kinesisSource({ stream: 'readings', startAt: 'trim-horizon', decode: json<Reading>() })

/** The first of two jobs: from stream to stream, with checkpoints all the time. */
export default job(
  'relay',
  ({ from }) =>
    from('readings', readings).pipe(
      map(({ sensor, time, value }) => ({ sensor, at: time, value })),
      sinkTo(
        'relayed',
        kinesisSink({ stream: 'relayed', partitionKey: (row) => row.sensor, delivery: 'checkpointed' }),
      ),
    ),
  { checkpoint: { every: '20ms' } },
)
