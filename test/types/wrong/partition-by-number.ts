// Folders are named by text.
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'

export const sink = deliverySink({
  to: folder('lake'),
  format: parquet({ year: 'int32' }),
  // ↓ Type 'number' is not assignable to type 'string'
  partitionBy: (row) => ({ year: row.year }),
})
