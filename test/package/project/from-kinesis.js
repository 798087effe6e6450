// A user's program in plain JavaScript: an embedded Kinesis, filled and read again.
import { job, json, run } from 'millrace'
import { createStream, kinesisSource, putRecords } from 'millrace/connectors/kinesis'
import { startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { aggregate, count, eventTime, keyBy, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'

const { endpoint, close } = await startLocalKinesis()
const orders = { stream: 'orders', endpoint }
await createStream({ ...orders, shards: 2 })
await putRecords(
  Array.from({ length: 1000 }, (_, at) => ({
    data: Buffer.from(JSON.stringify({ customer: `c${at % 4}`, at, cents: at })),
    partitionKey: `c${at % 4}`,
  })),
  orders,
)

const rows = collectSink()
const totals = job('totals', ({ from }) =>
  from('orders', kinesisSource({ stream: 'orders', endpoint, startAt: 'trim-horizon', decode: json() })).pipe(
    eventTime((order) => order.at, { outOfOrder: '1s' }),
    keyBy((order) => order.customer),
    window(tumbling('1s')),
    aggregate('per-second', { orders: count(), cents: sum((order) => order.cents) }),
    sinkTo('rows', rows),
  ),
)

await run(totals, { until: 'caught-up', checkpoints: memoryStore() })
await close()
console.log(JSON.stringify(rows.rows))
