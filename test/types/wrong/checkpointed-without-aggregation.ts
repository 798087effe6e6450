// Ids of records stand in aggregated records.
import { kinesisSink } from 'millrace/connectors/kinesis'

export const sink = kinesisSink({
  stream: 'orders',
  partitionKey: (order: { id: string }) => order.id,
  delivery: 'checkpointed',
  // ↓ Type '"none"' is not assignable to type '"kpl"'
  aggregation: 'none',
})
