// An operator of one's own says what it needs, as ours do.
import { job, type KeyedStream } from 'millrace'
import { aggregate, count, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

const perDay = <K, T>(upstream: KeyedStream<K, T>) =>
  upstream.pipe(window(tumbling('1d')), aggregate('per-day', { orders: count() }))

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Property 'keySelector' is missing in type 'Stream<Order>'
    perDay,
    sinkTo('rows', collectSink()),
  ),
)
