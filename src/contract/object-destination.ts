import type { Clock, Random } from './clock.ts'
import type { Committable } from './sink.ts'

/**
 * A place for objects (files with names) that a delivery sink can fill exactly once, such as `folder(…)` of
 * `millrace/connectors/files`, `bucket(…)` of `millrace/connectors/s3` and `redshiftTable(…)` of `millrace/connectors/redshift` give. Holding one opens nothing.
 *
 * @example
 * deliverySink({ to: folder('lake'), format: parquet({ id: 'string' }) }).description.detail // 'parquet in lake'
 */
export interface ObjectDestination {
  readonly kind: 'objects'
  readonly description: {
    /** Such as `files` or `s3`. */
    readonly kind: string
    /** Such as `lake/orders` or `s3://lake/orders`. */
    readonly place: string
    /** Why an object appears once, in half a sentence. */
    readonly because: string
  }
  /**
   * Why the destination does not take files of a format, in a sentence; `undefined` if it does. A format is named by its own
   * extension, such as `jsonl.gz`, whatever files are called. Default: it takes all.
   */
  refuses?(format: string): string | undefined
  open(context: ObjectContext): Promise<ObjectStage>
}

/** What a destination is opened with. */
export interface ObjectContext {
  /** Of letters and digits that any name may have; nobody else who may fill the destination has the same. */
  readonly writer: string
  /** Whether an object of this name can only be of this writer. */
  readonly owns: (name: string) => boolean
  /** The own extension of the format, such as `parquet`, whatever files are called. */
  readonly format: string
  /** Nothing will be staged: the destination makes and changes nothing. Default `false`. */
  readonly readOnly?: boolean
  readonly clock: Clock
  readonly random: Random
  /** Adds to a counter of the sink. */
  count(counter: string, by?: number): void
}

/** What an object consists of. */
export interface ObjectContent {
  readonly sizeBytes: number
  /** In hexadecimal. */
  readonly sha256: string
}

/** What a checkpoint promises: this content is to appear under this name. The destination adds where it is staged. */
export type StagedObject = Committable & ObjectContent & { readonly file: string }

/**
 * An open destination. Names are relative to it, with `/` between their parts. Rejects with `SINK_FAILED` where trying
 * again later may help.
 */
export interface ObjectStage {
  /** How many objects may be staged at the same time. */
  readonly lanes: number
  /** Where an object is, for messages. */
  whereIs(name: string): string
  /** The names of published objects, by whomever. What is staged is not among them. */
  names(wanted: (name: string) => boolean): Promise<readonly string[]>
  /** The sizes of published objects in bytes, by name. */
  sizes(wanted: (name: string) => boolean): Promise<ReadonlyMap<string, number>>
  /** The content of a published object; `undefined` if there is none. For small ones: it is in memory as a whole. */
  read(name: string): Promise<Uint8Array | undefined>
  /**
   * Puts content where no reader looks. Durable when it resolves. Each call stages anew, since an older run that is still
   * alive may be staging the same rows.
   */
  stage(name: string, content: AsyncIterable<Uint8Array>): Promise<StagedObject>
  /**
   * Makes staged objects visible, each as a whole, and never replaces one. Idempotent, and several processes may do it at
   * the same time: whoever comes second finds the same content under the name.
   *
   * @throws MillraceError `SINK_FOREIGN_FILES` if other content has the name, `SINK_COMMITTABLE_LOST` if neither the
   *   staged nor the published object is there, `CHECKPOINT_CORRUPT` for what this destination has not staged.
   */
  publish(objects: readonly Committable[]): Promise<void>
  /** The names of those objects that are staged and can be published. */
  stillStaged(objects: readonly Committable[]): Promise<ReadonlySet<string>>
  /** Whether a published object has this content; `undefined` if there is none. */
  holds(name: string, content: ObjectContent): Promise<boolean | undefined>
  /**
   * Looks what others have staged for this writer and not published. To be called before this writer stages for a
   * checkpoint; the first call asks the destination, later ones only if there may be more.
   */
  look(): Promise<void>
  /**
   * Deletes what `look` has found. Safe only after a checkpoint that was staged after the look has been published: that
   * proves that nobody else had claimed the job when it looked, so what it found is of runs that can publish no more.
   */
  discard(): Promise<void>
  close(): Promise<void>
}
