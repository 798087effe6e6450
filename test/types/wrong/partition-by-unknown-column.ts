// A partition is made from the columns of the row.
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'

export const sink = deliverySink({
  to: folder('lake'),
  format: parquet({ customer: 'string' }),
  // ↓ Property 'month' does not exist on type '{ customer: string; }'
  partitionBy: (row) => ({ month: row.month }),
})
