import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'

/** A stream has no more open shards than this. */
export const mostShards = 10_000

/** @throws KinesisError LimitExceededException */
export function checkShardLimit({ name }: LocalStream, openShards: number): void {
  if (openShards <= mostShards) return
  throw new KinesisError(
    'LimitExceededException',
    `Stream ${name} would have ${openShards} open shards; at most ${mostShards} are allowed here.`,
  )
}
