import type { Clock, Random } from './clock.ts'
import type { Json } from './json.ts'
import type { Log } from './log.ts'
import type { CommittedPosition, FetchedPosition } from './position.ts'

/** What plans and messages say of a source. */
export interface SourceDescription {
  /** Such as `kinesis`. */
  readonly kind: string
  /** Such as `stream orders from trim-horizon`. */
  readonly detail: string
  /** Whether the same records can be read again after a failure. Without it no job is exactly once. */
  readonly replayable: boolean
  /** What else it does for the guarantee of the job, in half a sentence, such as `drops records that …`. */
  readonly brings?: string
}

/** What a job says on top of the source's own options, for instance from the command line. */
export interface SourceOverrides {
  /** `'trim-horizon'`, `'latest'` or a time. Only for a job without a checkpoint. */
  readonly startAt?: 'trim-horizon' | 'latest' | Date
  readonly endpoint?: string
  readonly region?: string
}

/** Input that may have gone before it was read, and that the job goes on without. Times are milliseconds since 1970. */
export type Gap = {
  readonly split: string
  /** Of which keys: for Kinesis, hash keys. Both ends are in it. */
  readonly range: { readonly start: string; readonly end: string }
  /** The last record that was read before; `null` if there was none. */
  readonly after: string | null
  /** Everything that arrived before was read; `null` if that is not known. */
  readonly from: number | null
  /** Nothing that arrived later is missing. */
  readonly until: number
  readonly noticedAt: number
}

/** What the engine gives a source. */
export interface SourceContext {
  /** The name that the job gave the source. */
  readonly name: string
  /** The name of the job, if a job runs the source. */
  readonly job?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly overrides: SourceOverrides
  /** Aborted when the job stops; every wait of the source ends then. */
  readonly signal: AbortSignal
  /** Adds to a counter of the job's metrics, such as `throttled`. */
  count(counter: string, split?: string, by?: number): void
  /** The positions of the checkpoint that the job starts from, by split; the same that `read` is given. Default: none. */
  readonly positions?: Readonly<Record<string, string>>
  /** Tells of input that the job goes on without. One that was told may be told again, also longer. */
  onGap?(gap: Gap): void
}

/** A description of input. Holding one opens nothing. */
export interface Source<out T> {
  readonly description: SourceDescription
  /**
   * Connects. `restored` is what {@link SplitEnumerator.snapshot} gave for the checkpoint that the job starts from,
   * `undefined` at the first start.
   */
  open(context: SourceContext, restored: Json | undefined): Promise<SplitEnumerator<T>>
  /**
   * A command line that prints the records of a split after one position (`null`: from its beginning) up to and with
   * another. Default: there is none.
   */
  printing?(split: string, after: string | null, through: string): string
}

/** A part of the input that is read in order: for Kinesis, a shard. */
export interface Split {
  readonly id: string
  /** The splits that end where this one begins. */
  readonly parents: readonly string[]
}

/** Knows which splits there are. One per source. */
export interface SplitEnumerator<out T> {
  /**
   * Looks for new splits. Called before the first read and then every {@link discoverEveryMs}. Rejects when the splits
   * have a hole, that is, when records were lost.
   */
  discover(): Promise<void>
  readonly discoverEveryMs: number
  /**
   * A fetch that takes longer, without a reason that its reader names, has stalled: its reader is replaced by another.
   * Default: a fetch may take for ever.
   */
  readonly fetchWithinMs?: number
  /**
   * The unfinished splits whose parents have all been read to their end, each of them once only: a split that was
   * handed out is not given again.
   */
  takeReadable(): readonly Split[]
  /**
   * A reader of a split that was handed out, after `position`, or where the split begins if there is none. Called again
   * for a split whose reader has stalled: nothing that the earlier one brings counts any more.
   */
  read(split: Split, position: CommittedPosition | undefined): SplitReader<T>
  /**
   * The split was read to its end and all its records were emitted: its children may be read. Gives the ids of its
   * children, whether or not they are readable yet; the watermark of the split counts until all of them are opened.
   */
  finished(splitId: string): readonly string[]
  /** Whether a split that was not handed out never will be, since all that was in it is gone. Default: never. */
  gone?(splitId: string): boolean
  /** No split is left and none will come. Always false for a stream without end. */
  readonly exhausted: boolean
  /**
   * The lineage and whatever else must survive a restart. Positions are kept by the engine. At the first start it is
   * published before the first read, so what was resolved by then is durable.
   */
  snapshot(): Json
  /** Ends all readers, and a `discover` that is under way. */
  close(): Promise<void>
}

/** Reads one split. */
export interface SplitReader<out T> {
  /**
   * The next records, in order; possibly none. Paced by the reader itself, which also waits out throttles and lost
   * connections and rejects only when waiting cannot help. Never called again before it has settled. After `close` or
   * an aborted signal it settles soon, with whatever.
   */
  fetch(): Promise<Fetched<T>>
  /** Why the fetch that is under way has to wait, such as `throttling`; `undefined` if nothing keeps it. */
  readonly heldBy?: string | undefined
  /** Ends a fetch that is under way. */
  close(): void
}

/** What one fetch brought. */
export interface Fetched<out T> {
  readonly values: readonly T[]
  /** When each record arrived at the source, in milliseconds since 1970. */
  readonly arrivalTimes: readonly number[]
  /** The position of each record, for messages. */
  positionOf(index: number): string
  readonly undecodable: readonly RefusedByCodec[]
  /** After the last record, decodable or not; `undefined` if none has been read of this split yet. */
  readonly position: FetchedPosition | undefined
  /** What the records weighed when they came in. */
  readonly sizeBytes: number
  /** What the reader has taken in besides, and brings with the next fetches before it reads on. Default: nothing. */
  readonly restBytes?: number
  /** How far behind the end of the stream this fetch was; 0 when it is caught up. */
  readonly behindMs: number
  /** The time that the source's own clock showed, for the watermark of a caught-up split. */
  readonly serverTime: number
  /** Nothing can follow in this split. */
  readonly finished: boolean
  /**
   * Called once, right before the records are handed to the operators: gives those that are to be. So a source can
   * decide by what has been handed over, not by what was fetched; what that changes is in its next snapshot. Default:
   * all of them.
   */
  admit?(): Admitted<T>
}

/** The records of a fetch that are handed to the operators, as {@link Fetched} has them. */
export type Admitted<T> = Pick<Fetched<T>, 'values' | 'arrivalTimes' | 'positionOf' | 'undecodable'>

/** A record that the codec refused. */
export interface Undecodable {
  readonly data: Uint8Array
  readonly reason: string
  readonly arrivalTime: number
  readonly source: string
  readonly split: string
  readonly position: string
  /** How many decoded records of the same fetch come before it. */
  readonly before: number
}

/** The same as a reader hands it over. */
export interface RefusedByCodec extends Undecodable {
  /** What the codec threw: messages name the function of the job that it comes from. */
  readonly cause?: unknown
}
