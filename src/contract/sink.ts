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

/** Positions of splits, by the names of their sources and their ids. A split that nothing was read of is not among them. */
export type InputPositions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The records of a split after one position up to and with another; `null` is the beginning of the split. */
export type InputRange = readonly [after: string | null, through: string]

/** Records, by the names of sources and the ids of splits. */
export type InputRanges = Readonly<Record<string, Readonly<Record<string, InputRange>>>>

/** How far the input has been handed over to the operators. */
export interface InputProgress {
  /**
   * The last records that were handed over. A split that was read to its end is among them up to the next checkpoint, and
   * with it.
   */
  readonly through: InputPositions
  /**
   * The records whose rows have all been written to the sinks, but for what operators keep in their state. The very same
   * object as `through`, unless a fetch is being handed over or the job has operators that call something outside: then they
   * are those of the last checkpoint.
   */
  readonly settled: InputPositions
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
  /** Names the code of the job, as whoever runs it says; `undefined` if nobody does. */
  readonly code?: string | undefined
  /** How far the input has been handed over now. The same object until that changes. */
  input(): InputProgress
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
  /**
   * Why it cannot go on from the state that a checkpoint has of it, in words that follow "the checkpoint holds"; `undefined`
   * if nothing speaks against it as far as can be known without opening anything. A plan says it, and a start before it
   * claims the job; what only `open` finds out ends a job that has claimed already.
   */
  misfit?(state: Snapshot): string | undefined
  /** Compares what it has published with its account of that. Changes nothing. `undefined` for a sink that keeps none. */
  audit?(context: AuditContext): Promise<Audit>
  /** The sinks that this one has as options, each with its part of the checkpoint. */
  besides?(context: AuditContext): Promise<readonly SinkToAudit[]>
}

/** A sink that stands beside another. */
export interface SinkToAudit {
  readonly sink: Sink<never>
  readonly context: AuditContext
}

/** What a sink is audited by: a checkpoint of its job. */
export interface AuditContext extends Pick<SinkContext, 'job' | 'name' | 'lineage' | 'clock' | 'random'> {
  readonly state: Snapshot
  readonly committables: readonly Committable[]
  /** Where the splits stand in the checkpoint. */
  readonly positions: InputPositions
  /** Whether to read all that was published, and compare its checksums. */
  readonly content: boolean
}

/** What is known of all that a sink has published. */
export interface Audit {
  /** How many entries its ledger has. */
  readonly entries: number
  /** What the entries have together. */
  readonly ranges: InputRanges
  readonly files: readonly AuditedFile[]
  /** Files of this sink that are older than its ledger, which says nothing of them. */
  readonly older: readonly string[]
  /** Files that were published after the checkpoint. */
  readonly ahead: readonly string[]
  /** What the checkpoint has and no file, yet. */
  readonly open: { readonly files: number; readonly rows: number; readonly ranges: InputRanges }
  /** What is wrong, a sentence for each piece; empty if all is as it should be. */
  readonly faults: readonly string[]
}

/** A file that a ledger lists. */
export interface AuditedFile {
  readonly file: string
  readonly partition: string
  readonly firstRow: number
  readonly lastRow: number
  readonly bytes: number
  readonly sha256: string
  /** The checkpoint that published it; `undefined` if its entry is not there yet. */
  readonly epoch: number | undefined
  /** See `SinkContext.code`. */
  readonly code: string | undefined
  /** The next start of the job publishes it. */
  readonly pending: boolean
  /** The records that its rows come from; `undefined` if it was open before there was a ledger. */
  readonly ranges: InputRanges | undefined
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
   * everything is staged and no tail stays behind. `epoch` is the number of the checkpoint.
   */
  stage(last: boolean, epoch?: number): Promise<Staged>
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
