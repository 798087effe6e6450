/** The records and the sink that the type tests share. */
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { listSource } from 'millrace/testing'

export interface Order {
  readonly id: string
  readonly customer: string
  readonly cents: number
  readonly placedAt: number
  readonly status: 'open' | 'paid'
  readonly coupon?: string
}

export const orders = listSource<Order>({})

export const lake = deliverySink({
  to: folder('lake'),
  format: parquet({ customer: 'string', day: 'timestamp', orders: 'int32', cents: 'int64' }),
})
