import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Call } from './operation.ts'

/** How an input names its stream. */
export interface StreamReference {
  readonly StreamName: string | undefined
  readonly StreamARN: string | undefined
}

/** @throws KinesisError ResourceNotFoundException, or InvalidArgumentException if neither or two streams are named. */
export function namedStream({ StreamName, StreamARN }: StreamReference, call: Call): LocalStream {
  const name = StreamName ?? StreamARN?.slice(StreamARN.indexOf('/') + 1)
  if (name === undefined) {
    throw new KinesisError('InvalidArgumentException', 'Either StreamName or StreamARN must be given.')
  }
  if (StreamName !== undefined && StreamARN !== undefined && !StreamARN.endsWith(`:stream/${StreamName}`)) {
    throw new KinesisError('InvalidArgumentException', 'StreamName and StreamARN name different streams.')
  }
  const stream = call.streams.get(name, call.now)
  if (stream === undefined || (StreamARN !== undefined && StreamARN !== stream.arn)) {
    const missing = StreamARN ?? name
    throw new KinesisError(
      'ResourceNotFoundException',
      `Stream ${missing} under account 000000000000 not found.`,
    )
  }
  return stream
}
