// A job with every kind of step. The compiler counts what its types cost.
import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import {
  aggregate,
  average,
  count,
  eventTime,
  filter,
  keyBy,
  map,
  max,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'

interface Order {
  id: string
  customer: string
  cents: number
  placedAt: number
  status: 'open' | 'paid'
}

const orders = kinesisSource({ stream: 'orders', startAt: 'trim-horizon', decode: json<Order>() })

const lake = deliverySink({
  to: folder('lake'),
  partitionBy: (row) => ({ day: new Date(row.minute).toISOString().slice(0, 10) }),
  roll: { size: '128MiB', age: '5m' },
  format: parquet({
    customer: 'string',
    minute: 'timestamp',
    orders: 'int32',
    cents: 'int64',
    mean: 'double',
    most: 'int32',
  }),
})

export default job(
  'revenue-per-minute',
  ({ from }) =>
    from('orders', orders).pipe(
      filter((order) => order.status === 'paid'),
      eventTime((order) => order.placedAt, { outOfOrder: '10s', idleAfter: '1m' }),
      keyBy((order) => order.customer),
      window(tumbling('1m')),
      aggregate('totals', {
        orders: count(),
        cents: sum((order) => order.cents),
        mean: average((order) => order.cents),
        most: max((order) => order.cents),
      }),
      map(({ key, window, ...totals }) => ({ customer: key, minute: window.start, ...totals })),
      sinkTo('lake', lake),
    ),
  { checkpoint: { every: '30s' } },
)
