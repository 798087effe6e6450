// Columns take no nulls.
import { job } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { map, sinkTo } from 'millrace/operators'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    map(({ coupon }) => ({ coupon })),
    // ↓ Type 'undefined' is not assignable to type 'string'
    sinkTo('coupons', deliverySink({ to: folder('coupons'), format: parquet({ coupon: 'string' }) })),
  ),
)
