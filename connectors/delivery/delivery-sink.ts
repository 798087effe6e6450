import type { Sink } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import { type ObjectsOptions, objectsSink } from './objects/objects-sink.ts'
import { type RequestSinkOptions, requestSink } from './requests/request-sink.ts'

/**
 * Delivers rows to a destination that is a value.
 *
 * **Objects**, such as files in a `folder(…)` or a `bucket(…)`: each row is written exactly once. A file appears whole,
 * under a name that follows from the rows in it, when the checkpoint that fixed those rows is complete. Rows of files that
 * are not finished are kept in the checkpoint, so the size of files does not depend on the checkpoint interval. Options:
 * {@link ObjectsOptions}. Errors of the running sink: `ROW_INVALID` for a row that the format cannot hold; `SINK_FAILED`
 * when the destination cannot be written; `SINK_FOREIGN_FILES` when it holds files of an earlier history of the job;
 * `SINK_COMMITTABLE_LOST` when something staged is gone; `CHECKPOINT_INCOMPATIBLE` when the columns have changed.
 *
 * **Requests**, as to an `httpEndpoint(…)`: records are buffered by size and time, and none is dropped. A batch and its id
 * are in a checkpoint before it is sent, so that after a failure the same batch goes out under the same id. While the
 * destination takes nothing the job reads on until its memory for such records is full, and then waits. Each destination
 * says how often a record can show up and why; `millrace plan` shows it. Options: {@link RequestSinkOptions}. Errors of the
 * running sink: `ROW_INVALID` for a row without an encoding; `RECORD_REFUSED` for a record that the destination will never
 * take, unless there is `errors`; `DESTINATION_UNAVAILABLE`, which restarts the job, when it takes none for as long as
 * `retry.for`.
 *
 * @throws MillraceError `JOB_INVALID`, `OPTION_INVALID` or RangeError for options that make no sense.
 * @example
 * deliverySink({
 *   to: folder('lake/orders'),
 *   format: parquet({ id: 'string', day: 'string', cents: 'int64' }),
 *   partitionBy: (row) => ({ day: row.day }),
 * })
 * @example
 * deliverySink({
 *   to: httpEndpoint({ url: 'https://hooks.example/orders', accessKey: 'from-a-secret-store' }),
 *   buffer: { size: '5MiB', interval: '60s' },
 *   retry: { for: '5m' },
 *   errors: collectSink(),
 * }).description.guarantee // 'at-least-once'
 */
export function deliverySink<T>(options: ObjectsOptions<T> | RequestSinkOptions<T>): Sink<T> {
  if (goesOut(options)) return requestSink(options)
  if (options?.to?.kind === 'objects') return objectsSink(options)
  throw new MillraceError(
    'JOB_INVALID',
    'deliverySink(…): `to` is no destination, such as folder(…) or httpEndpoint(…) give',
  )
}

function goesOut<T>(options: ObjectsOptions<T> | RequestSinkOptions<T>): options is RequestSinkOptions<T> {
  return options?.to?.kind === 'requests'
}
