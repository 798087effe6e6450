// Sizes are counted in powers of two: MiB.
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'

export const sink = deliverySink({
  to: folder('lake'),
  format: parquet({ customer: 'string' }),
  // ↓ '"128MB"' is not assignable to type
  roll: { size: '128MB' },
})
