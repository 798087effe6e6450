import { MillraceError } from '../../src/errors.ts'
import type { EnumeratorSnapshot } from './enumerator-snapshot.ts'
import type { HashRange } from './hash-range.ts'
import type { StreamFacts } from './kinesis-api.ts'
import type { KnownShard } from './lineage.ts'
import { sequenceTime } from './sequence-time.ts'
import type { IteratorStart, ResolvedStart } from './starting-position.ts'

/**
 * The stream must be the one that the checkpoint speaks of.
 *
 * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` if it is another one, `DATA_LOST` if it was created again.
 */
export function assertSameStream(
  expected: { readonly arn: string; readonly createdAt: number },
  found: Pick<StreamFacts, 'arn' | 'createdAt'>,
): void {
  if (found.arn === expected.arn && found.createdAt === expected.createdAt) return
  if (found.arn !== expected.arn)
    throw new MillraceError(
      'CHECKPOINT_INCOMPATIBLE',
      `the checkpoint belongs to ${expected.arn}, but the source now reads ${found.arn}`,
    )
  throw new MillraceError(
    'DATA_LOST',
    `the stream of ${instant(expected.createdAt)} was deleted and created again at ${instant(found.createdAt)}; ` +
      "positions in the old one say nothing about the new one, so not even onDataLoss: 'continue' goes on",
    { where: { stream: found.arn } },
  )
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

/** Where a shard is begun: a child always with its first record. */
export function firstIterator(shard: KnownShard, start: ResolvedStart): IteratorStart {
  if (shard.kind === 'child' || start.kind === 'trim-horizon') return { kind: 'trim-horizon' }
  if (start.kind === 'timestamp') return { kind: 'timestamp', ms: start.ms }
  const own = start.shards[shard.id]
  if (own === undefined || own === 'trim-horizon') return { kind: 'trim-horizon' }
  return 'at' in own ? { kind: 'at', sequenceNumber: own.at } : { kind: 'after', sequenceNumber: own.after }
}

/**
 * From which arrival time on a job that starts now must not miss anything. What a stream has from before its start it
 * reads as long as it is there.
 */
export function wantedSince(
  start: ResolvedStart,
  now: number,
  { retentionMs }: Pick<StreamFacts, 'retentionMs'>,
): number {
  return start.kind === 'timestamp' && start.ms >= now - retentionMs ? start.ms : now
}

/** The time in a shard's numbers is later than in its parents', however fast they follow each other: ahead of the clock. */
const leadMs = 60_000

/**
 * Up to which arrival time nothing of a shard is missed though nothing was read of it; `undefined` if unknown.
 *
 * @param createdAt When it was created, if a listing has it and its numbers tell.
 * @param wasKnown Whether the checkpoint that the job started from has it.
 */
export function missesNothingUntil(
  shard: KnownShard,
  { start, wantedSince }: Pick<EnumeratorSnapshot, 'start' | 'wantedSince'>,
  createdAt: number | undefined,
  wasKnown: boolean,
): number | undefined {
  const own = firstIterator(shard, start)
  if ('sequenceNumber' in own) return sequenceTime(own.sequenceNumber)
  if (wantedSince === undefined) return undefined
  // A child that came in since then is read as soon as its parents are.
  if (shard.kind === 'child' && createdAt === undefined && !wasKnown) return undefined
  return createdAt === undefined ? wantedSince : Math.max(wantedSince, createdAt - leadMs)
}

/** Hash keys that nothing reads: records would be lost. */
export function shardHole(hole: HashRange, stream: string): MillraceError {
  const happened = `no unfinished shard covers hash keys ${hole.start} to ${hole.end}`
  return new MillraceError('SHARD_HOLE', happened, { where: { stream } })
}
