import { job, json } from 'millrace'
import { deliverySink, jsonLines } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { filter, sinkTo } from 'millrace/operators'

interface Order {
  readonly id: number
}

const orders = kinesisSource({ stream: 'orders', startAt: 'trim-horizon', decode: json<Order>() })

const lake = deliverySink<Order>({
  to: folder(process.env['ORDERS_LAKE'] ?? 'lake'),
  format: jsonLines(),
  roll: { size: '100B' },
})

/** Every third order becomes a row. */
export default job('orders', ({ from }) =>
  from('orders', orders).pipe(
    filter(({ id }) => id % 3 === 0),
    sinkTo('lake', lake),
  ),
)
