// Columns take no nulls.
import { job } from 'millrace'
import { filesSink, parquet } from 'millrace/connectors/delivery'
import { map, sinkTo } from 'millrace/operators'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    map(({ coupon }) => ({ coupon })),
    // ↓ Type 'undefined' is not assignable to type 'string'
    sinkTo('coupons', filesSink({ folder: 'coupons', format: parquet({ coupon: 'string' }) })),
  ),
)
