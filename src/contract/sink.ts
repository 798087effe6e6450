import type { MillraceError } from '../errors.ts'
import type { Clock, Random } from './clock.ts'
import type { Json } from './json.ts'
import type { Log } from './log.ts'
import type { Snapshot } from './snapshot.ts'
import type { SourceOverrides } from './source.ts'

/** How often a record can show up at the destination when everything that can fail has failed. */
export type Guarantee = 'exactly-once' | 'at-least-once' | 'at-most-once'

/** What plans and messages say of a sink. */
export interface SinkDescription {
  /** Such as `files`. */
  readonly kind: string
  /** Such as `parquet in demo-output/daily-delays`. */
  readonly detail: string
  readonly guarantee: Guarantee
  /** Why it holds, in half a sentence. */
  readonly because: string
}

/** What the engine gives a sink. */
export interface SinkContext {
  readonly job: string
  /** The name that the job gave the sink. */
  readonly name: string
  /**
   * Names this history of the job: made at its very first start, kept over all restarts, new when the checkpoints are
   * gone. Lowercase letters and digits.
   */
  readonly lineage: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Where the job is told to run: a sink of the same service as its sources must not write somewhere else. */
  readonly overrides: Pick<SourceOverrides, 'endpoint' | 'region'>
  /** Adds to a counter of the job's metrics, such as `throttled`. */
  count(counter: string, by?: number): void
  /**
   * Asks for a checkpoint before its time, for a writer that makes room only by a commit. Returns at once; a checkpoint
   * begins when the one under way, if any, is complete.
   */
  requestCheckpoint(): void
}

/** What was staged, as the checkpoint carries it from the writer to the committer. */
export type Committable = { readonly [name: string]: Json }

declare const permit: unique symbol

/** Allows a commit. Only publishing a checkpoint, or claiming a job that has one, makes a permit. */
export interface CommitPermit {
  readonly epoch: number
  readonly generation: number
  readonly [permit]: true
}

/** A description of output. Holding one opens nothing. */
export interface Sink<in T> {
  readonly description: SinkDescription
  /**
   * Opens the destination. `restored` is the state that the writer gave for the checkpoint that the job starts from.
   * The engine commits that checkpoint's committables again before it writes or stages anything.
   */
  open(context: SinkContext, restored: Snapshot | undefined): Promise<SinkWriter<T>>
}

/** Hears of a record that a sink cannot write. If it returns, the sink goes on without the record. */
export type OnInvalid = (error: MillraceError, index: number) => void

/** Stages records and makes them visible. */
export interface SinkWriter<in T> {
  /**
   * Takes the records, in order, without waiting. One that it cannot write changes nothing: `onInvalid` hears of it, with
   * `ROW_INVALID` and its place, and may throw; without `onInvalid`, this throws.
   */
  write(values: readonly T[], timestamps: readonly number[], onInvalid?: OnInvalid): void
  /**
   * Hears that no record with a timestamp of at most `timestamp` is expected any more. Comes between writes and stagings,
   * and never goes back. At the end of the input it is the end of time. A run that was restored hears it anew.
   */
  watermark?(timestamp: number): void
  /** Resolves when the writer has room for more; `undefined` when it has room now. Rejects when staging failed. */
  ready(): Promise<void> | undefined
  /**
   * The writer's part of a checkpoint. The cut is taken before the first `await`: records written after the call are
   * not in it. What the committables name is durable when it resolves. `last` says that no record follows ever, so
   * everything is staged and no tail stays behind.
   */
  stage(last: boolean): Promise<Staged>
  /**
   * Makes visible what committables name. Called after every checkpoint, even if there are none. Idempotent: the same
   * ones may come again, from this run or from another at the same time.
   */
  commit(committables: readonly Committable[], permit: CommitPermit): Promise<void>
  /**
   * Whether the last commit has left something for another checkpoint, such as records that were refused and belong into
   * another output. Before a job ends it takes checkpoints until no writer says so.
   */
  readonly unsettled?: boolean
  /** Lets go of resources. Nothing becomes visible by it. */
  close(): Promise<void>
}

/** A sink writer's part of a checkpoint. */
export interface Staged {
  readonly committables: readonly Committable[]
  readonly state: Snapshot
}
