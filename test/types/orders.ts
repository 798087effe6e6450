/** The records and the sink that the type tests share. */
import { filesSink, parquet } from 'millrace/connectors/delivery'
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

export const lake = filesSink({
  folder: 'lake',
  format: parquet({ customer: 'string', day: 'timestamp', orders: 'int32', cents: 'int64' }),
})
