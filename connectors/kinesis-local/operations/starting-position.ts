import { KinesisError } from '../protocol/kinesis-error.ts'
import type { Member } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Shard } from '../streams/shard.ts'
import type { Call } from './operation.ts'

export const startingType = {
  kind: 'string',
  required: true,
  oneOf: ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'],
} as const satisfies Member

/** Where reading is to begin. The time is in the representation of the wire. */
export interface Start {
  readonly operation: string
  readonly type: string
  readonly sequenceNumber: string | undefined
  readonly timestamp: unknown
}

/**
 * The counter of the first record to read.
 *
 * @throws KinesisError InvalidArgumentException for a number that is not of this shard, or a time that has not come.
 */
export function startingCounter(stream: LocalStream, shard: Shard, start: Start, call: Call): number {
  switch (start.type) {
    case 'AT_SEQUENCE_NUMBER':
      return namedCounter(stream, shard, start, true)
    case 'AFTER_SEQUENCE_NUMBER':
      return namedCounter(stream, shard, start, false)
    case 'AT_TIMESTAMP':
      return shard.log.firstAtOrAfter(namedTime(start, call))
    case 'TRIM_HORIZON':
      return shard.log.oldest
    default:
      return shard.log.next
  }
}

function namedCounter(stream: LocalStream, shard: Shard, start: Start, included: boolean): number {
  const { operation, type, sequenceNumber: text } = start
  if (text === undefined) {
    throw new KinesisError('InvalidArgumentException', `Must specify StartingSequenceNumber for ${type}.`)
  }
  const counter = shard.counterFrom(text, included)
  if (counter === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      `StartingSequenceNumber ${text} used in ${operation} on shard ${shard.id} in stream ${stream.name} under ` +
        'account 000000000000 is invalid because it did not come from this stream.',
    )
  }
  return counter
}

function namedTime({ timestamp }: Start, { wire, now }: Call): number {
  if (timestamp === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      'Must specify timestampInMillis parameter for AT_TIMESTAMP.',
    )
  }
  const ms = wire.timestampMs(timestamp)
  if (ms === undefined) throw new KinesisError('SerializationException', 'Timestamp must be a timestamp')
  if (ms > now) {
    throw new KinesisError(
      'InvalidArgumentException',
      `The timestampInMillis parameter cannot be greater than the current time: ${ms} is after ${now}.`,
    )
  }
  return ms
}
