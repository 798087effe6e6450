import type { Sink } from '../../src/contract/sink.ts'
import { type ObjectsOptions, objectsSink } from './objects/objects-sink.ts'

/**
 * Writes rows to files of a destination, each row exactly once. A file appears whole, under a name that follows from
 * the rows in it, when the checkpoint that fixed those rows is complete. Rows of files that are not finished are kept
 * in the checkpoint, so the size of files does not depend on the checkpoint interval.
 *
 * Errors of the running sink: `ROW_INVALID` for a row that the format cannot hold; `SINK_FAILED` when the destination
 * cannot be written; `SINK_FOREIGN_FILES` when it holds files of an earlier history of the job;
 * `SINK_COMMITTABLE_LOST` when something staged is gone; `CHECKPOINT_INCOMPATIBLE` when the columns have changed.
 *
 * @throws RangeError if `roll` is not a size and a duration.
 * @example
 * deliverySink({
 *   to: folder('lake/orders'),
 *   format: parquet({ id: 'string', day: 'string', cents: 'int64' }),
 *   partitionBy: (row) => ({ day: row.day }),
 * })
 */
export function deliverySink<T>(options: ObjectsOptions<T>): Sink<T> {
  return objectsSink(options)
}
