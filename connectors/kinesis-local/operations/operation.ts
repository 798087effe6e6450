import type { Clock } from '../../../src/contract/clock.ts'
import type { BodyStream } from '../http/exchange.ts'
import { type InputOf, type Members, readInput } from '../protocol/shape.ts'
import type { Wire } from '../protocol/wire.ts'
import type { LocalStreams } from '../streams/local-streams.ts'

/** What an operation works with. */
export interface Call {
  readonly streams: LocalStreams
  readonly wire: Wire
  /** Milliseconds since 1970. The same during the whole call. */
  readonly now: number
  /** For what goes on after the call. */
  readonly clock: Clock
}

/** One operation of the protocol. `run` gives the body of the answer: bytes, or a stream of events; none means an empty one. */
export interface Operation {
  readonly name: string
  run(input: unknown, call: Call): Buffer | BodyStream | undefined
}

/** An operation whose input fits its shape before it is looked at. */
export function operation<const S extends Members>(
  name: string,
  shape: S,
  run: (input: InputOf<S>, call: Call) => Buffer | BodyStream | undefined,
): Operation {
  return { name, run: (input, call) => run(readInput(shape, input), call) }
}
