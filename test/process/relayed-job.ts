import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { map, sinkTo } from 'millrace/operators'

interface Relayed {
  readonly sensor: string
  readonly at: number
  readonly value: number
}

const relayed = kinesisSource({
  stream: 'relayed',
  startAt: 'trim-horizon',
  decode: json<Relayed>(),
  dropRepeats: true,
  discoverEvery: '100ms',
})

const lake = deliverySink({
  to: folder('out'),
  format: parquet({ sensor: 'string', hour: 'timestamp', n: 'int64', total: 'double' }),
  roll: { size: '8KiB' },
})

/** The second of two jobs: a row for each record that the first has put. */
export default job(
  'relayed',
  ({ from }) =>
    from('relayed', relayed).pipe(
      map(({ sensor, at, value }) => ({ sensor, hour: at, n: 1, total: value })),
      sinkTo('lake', lake),
    ),
  { checkpoint: { every: '20ms' } },
)
