import { type Encode, encoderOf } from '../src/contract/codec.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Encodes each record in bytes.
 *
 * @example
 * const bytes = (orders: Stream<{ id: string }>) => orders.pipe(encode(json()))
 */
export function encode<T>(encode: Encode<T>): Step<Stream<T>, Stream<Uint8Array>> {
  const encoder = encoderOf(encode)
  return operatorStep<T, Uint8Array>({
    verb: 'encode',
    detail: encoder.name,
    create: ({ emit }) => ({ process: (value, timestamp) => emit(encoder.encode(value), timestamp) }),
  })
}
