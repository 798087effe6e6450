// An aggregate of other records.
import { job } from 'millrace'
import { aggregate, defineAggregate, keyBy, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

const longest = defineAggregate({
  kind: 'longest',
  create: () => '',
  add: (longest, word: string) => (word.length > longest.length ? word : longest),
  merge: (a, b) => (b.length > a.length ? b : a),
  result: (longest) => longest,
})

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    // ↓ Type 'Order' is not assignable to type 'string'
    aggregate('per-day', { longest }),
    sinkTo('rows', collectSink()),
  ),
)
