import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Call } from './operation.ts'

/**
 * Tells a stream from another one of its name, which existed before or after.
 *
 * @param timestamp In the representation of the wire; without it any stream of the name will do.
 * @throws KinesisError ResourceNotFoundException
 */
export function checkCreation({ name, description }: LocalStream, timestamp: unknown, { wire }: Call): void {
  if (timestamp === undefined || sameSecond(wire.timestampMs(timestamp), description.createdMs)) return
  throw new KinesisError('ResourceNotFoundException', `Stream ${name} was not created at that time.`)
}

function sameSecond(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.floor(a / 1000) === Math.floor(b / 1000)
}
