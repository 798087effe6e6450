import { type Codec, codecOf, type Decode } from '../src/contract/codec.ts'
import { MillraceError, reasons } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Decodes bytes inside the job, such as a field of a record that is a document of its own; for the records of a source
 * give it the codec itself. What does not decode is a failure of its record: see `onError` of the job.
 *
 * @throws MillraceError `JOB_INVALID` for what is no codec; `RECORD_UNDECODABLE` while running.
 * @example
 * const lines = (bodies: Stream<Uint8Array>) =>
 *   bodies.pipe(
 *     decode(ndjson<{ id: string }>()),
 *     flatMap((values) => values),
 *   )
 */
export function decode<T>(decode: Decode<T>): Step<Stream<Uint8Array>, Stream<T>> {
  givenFunction(typeof decode === 'object' ? decode?.decode : decode, 'decode', 'the codec')
  const codec = codecOf(decode)
  return operatorStep<Uint8Array, T>({
    verb: 'decode',
    detail: codec.name,
    create: ({ emit }) => ({ process: (data, timestamp) => emit(decoded(codec, data), timestamp) }),
  })
}

function decoded<T>(codec: Codec<T>, data: Uint8Array): T {
  try {
    return codec.decode(data)
  } catch (cause) {
    throw new MillraceError('RECORD_UNDECODABLE', `${codec.name}: ${reasons(cause)[0]}`, { cause })
  }
}
