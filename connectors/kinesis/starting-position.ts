import { MillraceError } from '../../src/errors.ts'

/** A place in one shard: after, or at, a record of it. */
export type ShardStart = { readonly after: string } | { readonly at: string } | 'trim-horizon'

/**
 * Where a job without a checkpoint begins to read.
 *
 * - `'trim-horizon'`: with the oldest record that the stream still has.
 * - `'latest'`: with the records that arrive from now on. "Now" is fixed once, at the first start of the job, and
 *   kept in its checkpoints, so a restart misses nothing.
 * - a `Date`: with the first record that arrived at that time or later.
 * - `{ shards }`: in each shard named, after (`{ after }`) or with (`{ at }`) the record of a sequence number. The
 *   shards must cover all hash keys between them, without overlap.
 *
 * It holds for the shards that have no parent to be read first. A child always begins with its first record, after
 * all its parents have been read to their end.
 */
export type StartAt =
  | 'trim-horizon'
  | 'latest'
  | Date
  | { readonly shards: Readonly<Record<string, ShardStart>> }

/** A start with nothing left to decide, as the checkpoint keeps it. `latest` has become a timestamp. */
export type ResolvedStart =
  | { readonly kind: 'trim-horizon' }
  | { readonly kind: 'timestamp'; readonly ms: number }
  | { readonly kind: 'shards'; readonly shards: { readonly [shard: string]: ShardStart } }

/** Where in a shard an iterator is to stand. `latest` is not among them: it would skip what came between two calls. */
export type IteratorStart =
  | { readonly kind: 'trim-horizon' }
  | { readonly kind: 'timestamp'; readonly ms: number }
  | { readonly kind: 'at' | 'after'; readonly sequenceNumber: string }

/** Fixes `latest` to `now`, in milliseconds since 1970. Throws `OPTION_INVALID`. */
export function resolveStart(startAt: StartAt, now: number): ResolvedStart {
  if (startAt === 'trim-horizon') return { kind: 'trim-horizon' }
  if (startAt === 'latest') return { kind: 'timestamp', ms: now }
  if (startAt instanceof Date) return atTime(startAt, now)
  if (Object.keys(startAt.shards).length === 0) throw invalid('startAt.shards names no shard')
  for (const [shard, start] of Object.entries(startAt.shards)) assertShardStart(shard, start)
  return { kind: 'shards', shards: startAt.shards }
}

/** Such as `from trim-horizon`, for plans. */
export function describeStart(startAt: StartAt): string {
  if (typeof startAt === 'string') return `from ${startAt}`
  if (startAt instanceof Date)
    return `from ${Number.isNaN(startAt.getTime()) ? startAt : startAt.toISOString()}`
  return `from positions in ${Object.keys(startAt.shards).length} shards`
}

function atTime(time: Date, now: number): ResolvedStart {
  const ms = time.getTime()
  if (Number.isNaN(ms)) throw invalid('startAt is an invalid date')
  if (ms > now) throw invalid(`startAt, ${time.toISOString()}, lies in the future`)
  return { kind: 'timestamp', ms }
}

function assertShardStart(shard: string, start: ShardStart): void {
  if (start === 'trim-horizon') return
  const number = 'at' in start ? start.at : start.after
  if (!/^(0|[1-9]\d{0,128})$/.test(number)) {
    throw invalid(`startAt gives shard ${shard} ${JSON.stringify(number)}, which is not a sequence number`)
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
