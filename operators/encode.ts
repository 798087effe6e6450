import { type Encode, encoderOf } from '../src/contract/codec.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Encodes each record in bytes.
 *
 * @throws MillraceError `JOB_INVALID` for what is no encoder.
 * @example
 * const bytes = (orders: Stream<{ id: string }>) => orders.pipe(encode(json()))
 */
export function encode<T>(encode: Encode<T>): Step<Stream<T>, Stream<Uint8Array>> {
  givenFunction(typeof encode === 'object' ? encode?.encode : encode, 'encode', 'the encoder')
  const encoder = encoderOf(encode)
  return operatorStep<T, Uint8Array>({
    verb: 'encode',
    detail: encoder.name,
    create: ({ emit }) => ({ process: (value, timestamp) => emit(encoder.encode(value), timestamp) }),
  })
}
