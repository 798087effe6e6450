// Checked by the compiler alone: what destinations infer of the rows that reach them.
import { job } from 'millrace'
import { deliverySink, type ErrorRecord } from 'millrace/connectors/delivery'
import { dynamoTable } from 'millrace/connectors/dynamodb'
import { httpEndpoint } from 'millrace/connectors/http'
import { openSearch } from 'millrace/connectors/opensearch'
import { sqsQueue } from 'millrace/connectors/sqs'
import { sinkTo, transformRecords } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from './orders.ts'

const url = 'https://hooks.example'

export const delivered = job('delivered', ({ from }) => {
  const stream = from('orders', orders)
  const made = stream.pipe(
    transformRecords((records) =>
      records.map(({ recordId, value }) =>
        value.cents > 0
          ? { recordId, result: 'Ok', value: { cents: value.cents } }
          : { recordId, result: 'Dropped' },
      ),
    ),
  )
  return [
    stream.pipe(
      sinkTo('hook', deliverySink({ to: httpEndpoint({ url }), errors: collectSink<ErrorRecord>() })),
    ),
    stream.pipe(sinkTo('search', deliverySink({ to: openSearch({ url, index: (row) => row.customer }) }))),
    stream.pipe(
      sinkTo(
        'table',
        deliverySink({ to: dynamoTable({ table: 't', key: ['id'], item: (row) => ({ id: row.customer }) }) }),
      ),
    ),
    made.pipe(
      sinkTo(
        'queue',
        deliverySink({ to: sqsQueue({ queueUrl: url, encode: (row) => Buffer.from(String(row.cents)) }) }),
      ),
    ),
    made.sides.failed.pipe(sinkTo('failed', deliverySink({ to: httpEndpoint({ url }) }))),
  ]
})
