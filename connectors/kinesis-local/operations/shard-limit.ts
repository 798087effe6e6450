import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { mostShards } from '../streams/most-shards.ts'

/** @throws KinesisError LimitExceededException */
export function checkShardLimit({ name }: LocalStream, openShards: number): void {
  if (openShards <= mostShards) return
  throw new KinesisError(
    'LimitExceededException',
    `Stream ${name} would have ${openShards} open shards; at most ${mostShards} are allowed here.`,
  )
}
