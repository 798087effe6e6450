// A partition is made from the columns of the row.
import { filesSink, parquet } from 'millrace/connectors/delivery'

export const sink = filesSink({
  folder: 'lake',
  format: parquet({ customer: 'string' }),
  // ↓ Property 'month' does not exist on type '{ customer: string; }'
  partitionBy: (row) => ({ month: row.month }),
})
