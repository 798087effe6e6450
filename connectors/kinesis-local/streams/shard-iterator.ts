import { KinesisError } from '../protocol/kinesis-error.ts'
import { openToken, sealToken } from '../protocol/token.ts'

const lifetimeMs = 300_000

/** A place in a shard, as clients carry it from one GetRecords to the next. */
export interface ShardIterator {
  readonly stream: string
  /** Tells a stream from an earlier one of the same name. */
  readonly streamCreatedMs: number
  readonly shardIndex: number
  /** The counter of the record to read next. */
  readonly counter: number
}

export function sealIterator(iterator: ShardIterator, now: number): string {
  const { stream, streamCreatedMs, shardIndex, counter } = iterator
  return sealToken('iterator', [now, streamCreatedMs, shardIndex, counter, stream])
}

/** @throws KinesisError InvalidArgumentException or ExpiredIteratorException */
export function openIterator(text: string, now: number): ShardIterator {
  const opened = unsealed(text)
  if (opened === undefined) throw new KinesisError('InvalidArgumentException', 'Invalid ShardIterator.')
  if (now - opened.issuedMs > lifetimeMs) throw iteratorExpired(opened.issuedMs, now)
  return opened.iterator
}

/** Where an iterator leads, expired or not; `undefined` for what is none. */
export function iteratorPlace(text: string): ShardIterator | undefined {
  return unsealed(text)?.iterator
}

/** What the service says to an iterator that was issued too long ago. */
export function iteratorExpired(issuedMs: number, now: number): KinesisError {
  return new KinesisError(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${new Date(issuedMs).toUTCString()} while right now ` +
      `it is ${new Date(now).toUTCString()} which is further in the future than the tolerated delay of ` +
      `${lifetimeMs} milliseconds.`,
  )
}

function unsealed(text: string): { issuedMs: number; iterator: ShardIterator } | undefined {
  const [issuedMs, streamCreatedMs, shardIndex, counter, stream] = openToken('iterator', text) ?? []
  if (stream === undefined) return undefined
  const iterator = {
    stream,
    streamCreatedMs: Number(streamCreatedMs),
    shardIndex: Number(shardIndex),
    counter: Number(counter),
  }
  return { issuedMs: Number(issuedMs), iterator }
}
