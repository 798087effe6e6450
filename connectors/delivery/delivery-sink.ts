import type { Sink } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import { type RequestSinkOptions, requestSink } from './requests/request-sink.ts'

/**
 * Delivers rows to a destination that is a value: buffered by size and time, with nothing dropped. A batch and its id are
 * in a checkpoint before it is sent, so that after a failure the same batch goes out under the same id. While the destination
 * takes nothing the job reads on until its memory for such records is full, and then waits.
 *
 * Each destination says how often a record can show up and why; `millrace plan` shows it.
 *
 * Errors of the running sink, see `docs/delivery-requests.md`: `ROW_INVALID` for a row without an encoding; `RECORD_REFUSED` for a
 * record that the destination will never take, unless there is `errors`; `DESTINATION_UNAVAILABLE`, which restarts the job,
 * when it takes none for as long as `retry.for`.
 *
 * @throws MillraceError `JOB_INVALID` for options that make no sense.
 * @example
 * deliverySink({
 *   to: httpEndpoint({ url: 'https://hooks.example/orders', accessKey: 'from-a-secret-store' }),
 *   buffer: { size: '5MiB', interval: '60s' },
 *   retry: { for: '5m' },
 *   errors: collectSink(),
 * }).description.guarantee // 'at-least-once'
 */
export function deliverySink<T>(options: RequestSinkOptions<T>): Sink<T> {
  if (options?.to?.kind !== 'requests')
    throw new MillraceError(
      'JOB_INVALID',
      'deliverySink(…): `to` is no destination, such as httpEndpoint(…) gives',
    )
  return requestSink(options)
}
