// Folders are named by text.
import { filesSink, parquet } from 'millrace/connectors/delivery'

export const sink = filesSink({
  folder: 'lake',
  format: parquet({ year: 'int32' }),
  // ↓ Type 'number' is not assignable to type 'string'
  partitionBy: (row) => ({ year: row.year }),
})
