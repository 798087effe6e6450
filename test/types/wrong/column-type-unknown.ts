// Parquet has no such type of column here.
import { parquet } from 'millrace/connectors/delivery'

export const format = parquet({
  // ↓ Type '"text"' is not assignable to type 'Column'
  customer: 'text',
})
