import type { Json } from '../../src/contract/json.ts'
import { MillraceError } from '../../src/errors.ts'
import type { GapsJson } from './gap-ledger.ts'
import type { LineageJson } from './lineage.ts'
import type { SeenRecordsJson } from './seen-records.ts'
import type { ResolvedStart } from './starting-position.ts'

/** What of a source survives a restart, besides the positions, which the engine keeps. */
export type EnumeratorSnapshot = {
  readonly schema: 1
  /** A stream that was deleted and created again has the same ARN, but not the same time. */
  readonly stream: { readonly arn: string; readonly createdAt: number }
  readonly start: ResolvedStart
  /** What arrived from then on is to be read, in milliseconds since 1970. Absent in checkpoints of earlier versions. */
  readonly wantedSince?: number
  /** `null` before the shards were listed for the first time. */
  readonly lineage: LineageJson | null
  /** Shards of the lineage that no listing had yet. Absent if there is none, and in checkpoints of earlier versions. */
  readonly unlisted?: readonly string[]
  /**
   * By shard: `after` was the last record read (`null` if there was none yet), and nothing else had arrived until
   * `readUntil`. A restart needs it to tell a quiet shard from lost records.
   */
  readonly read: { readonly [shard: string]: ReadUntil }
  /** What the job has gone on without. Absent if there was nothing. */
  readonly gaps?: GapsJson
  /** Which records that have an id were handed over; only of a source that drops repeats. */
  readonly seen?: SeenRecordsJson
}

/**
 * Up to which arrival time a shard was read when a record was the last of it, and after which sequence number a
 * subscription goes on from there, if it was read by one.
 */
export type ReadUntil = {
  readonly after: string | null
  readonly readUntil: number
  readonly continuation?: string
}

/** Takes a snapshot from a checkpoint. Throws `CHECKPOINT_INCOMPATIBLE`. */
export function parseSnapshot(restored: Json): EnumeratorSnapshot {
  const { schema } = restored as { readonly schema?: Json }
  if (schema === 1) return restored as EnumeratorSnapshot
  const found = schema === undefined ? 'of another kind of source' : `of version ${String(schema)}`
  throw new MillraceError(
    'CHECKPOINT_INCOMPATIBLE',
    `the checkpoint of this source is ${found}, not Kinesis of version 1`,
  )
}
