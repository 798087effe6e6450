// Sizes are counted in powers of two: MiB.
import { filesSink, parquet } from 'millrace/connectors/delivery'

export const sink = filesSink({
  folder: 'lake',
  format: parquet({ customer: 'string' }),
  // ↓ '"128MB"' is not assignable to type
  roll: { size: '128MB' },
})
