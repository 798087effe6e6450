// A field that the record does not have, in a function that transforms batches.
import { job } from 'millrace'
import { sinkTo, transformRecords } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    transformRecords((records) =>
      // ↓ Property 'centz' does not exist on type 'Order'
      records.map(({ recordId, value }) => ({ recordId, result: 'Ok', value: value.centz })),
    ),
    sinkTo('rows', collectSink()),
  ),
)
