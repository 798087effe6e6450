// A trigger of one's own looks at the records of the windows.
import { job } from 'millrace'
import { aggregate, count, defineTrigger, keyBy, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

const onHeat = defineTrigger('on heat', {
  create: () => 0,
  onRecord: ({ degrees }: { degrees: number }) => (degrees > 90 ? 'fire' : 'continue'),
})

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Property 'degrees' is missing
    window(tumbling('1d'), { trigger: onHeat }),
    aggregate('per-day', { orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)
