import process from 'node:process'
import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { redshiftTable } from 'millrace/connectors/redshift'
import { bucket } from 'millrace/connectors/s3'
import { sinkTo } from 'millrace/operators'

/** What the job loads. */
export interface Payment {
  readonly id: number
  readonly region: string
}

const payments = kinesisSource({ stream: 'payments', startAt: 'trim-horizon', decode: json<Payment>() })

const table = redshiftTable({
  through: bucket(`s3://lake/${process.env['LAKE'] ?? ''}`, { endpoint: process.env['S3_URL'] ?? '' }),
  ...{ workgroup: 'analytics', database: 'dev', table: 'payments' },
  endpoint: process.env['REDSHIFT_URL'] ?? '',
})

/** Loads small files all the time, so that a kill finds it in the middle of something. */
export default job(
  'payments',
  ({ from }) =>
    from('payments', payments).pipe(
      sinkTo(
        'warehouse',
        deliverySink({
          to: table,
          format: parquet({ id: 'int32', region: 'string' }),
          partitionBy: ({ region }) => ({ region }),
          roll: { size: '4KiB', age: '0s' },
        }),
      ),
    ),
  { checkpoint: { every: '20ms' } },
)
