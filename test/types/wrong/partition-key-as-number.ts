// A partition key is a text.
import { kinesisSink } from 'millrace/connectors/kinesis'

export const sink = kinesisSink({
  stream: 'orders',
  // ↓ Type 'number' is not assignable to type 'string'
  partitionKey: (order: { id: number }) => order.id,
})
