import type { MillraceError, Where } from '../errors.ts'
import type { Clock, Random } from './clock.ts'
import type { SplitMark } from './element.ts'
import type { Json } from './json.ts'
import type { Log } from './log.ts'
import type { Snapshot } from './snapshot.ts'
import type { StateBackend } from './state-backend.ts'

/** Hands one record on. The hottest call of all: operators of a chain call each other through it. */
export type Emit<in T> = (value: T, timestamp: number) => void

/** What the engine gives an operator of the world outside. Whoever uses it makes results that a replay may not repeat. */
export interface OperatorSurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Aborted when the attempt to run the job is over: nothing may be emitted any more. */
  readonly signal: AbortSignal
  /** Where keyed state lies. Default: on the heap. */
  readonly state?: StateBackend | undefined
  /** Whether long work may be given to other threads. Default: no, and all happens in an order that can be had again. */
  readonly mayUseThreads?: boolean | undefined
  /** Asks for a checkpoint soon. */
  readonly requestCheckpoint?: (() => void) | undefined
}

/** Which operator of a chain calls a function of the job at the moment, so that a failure can name it. */
export interface Running {
  /**
   * Set to the operator's {@link OperatorContext.number} before anything that can throw, and back to 0 before a record goes
   * on. A small number is written for less than a name.
   */
  operator: number
}

/** What the engine gives an operator: the way on, and its name. */
export interface OperatorContext<in Out> extends OperatorSurroundings {
  /** The operator id: the user's name where there is state, else one made from the kind and place. */
  readonly id: string
  readonly emit: Emit<Out>
  /** Hands a watermark on. Must never go back. */
  readonly emitWatermark: (timestamp: number) => void
  /** Hands a record to the output that the job named for it; `undefined` if it named none. */
  readonly sideOutput: (output: string) => Emit<unknown> | undefined
  /** Adds to a counter of the job's metrics. */
  readonly count: (counter: string, by?: number) => void
  /** Sets a counter of the job's metrics: for what there is at the moment, and what may become less. */
  readonly level: (counter: string, value: number) => void
  /**
   * Asks for {@link Operator.onTick} at this processing time, in milliseconds since 1970, or soon after it. Only the
   * earliest time asked for is kept until it has come.
   */
  readonly wakeAt: (time: number) => void
  /**
   * Runs `act`, which may emit, when something outside has answered. Never called from within another call of the
   * operator. What `act` throws fails the job.
   */
  readonly resume: (act: () => void) => void
  /**
   * Whether the job goes on when `process` throws, or an operator before it catches that: the record is then kept aside,
   * {@link Operator.undo} is called, and what the call emitted is forgotten.
   */
  readonly goesOn: boolean
  /**
   * Of an operator that catches failures: hands a record on as `emit` does. If an operator after it in the chain fails,
   * all of them are as they were before, nothing of what they emitted goes further, and it gives that failure.
   *
   * @param where Where the record came from, if it is not the one at hand.
   */
  readonly attempt: (value: unknown, timestamp: number, where?: Where) => MillraceError | undefined
  /**
   * Whether an operator before this one catches failures: {@link Operator.undo} is then called also when an operator
   * after this one fails, in the middle of an `emit`.
   */
  readonly caught: boolean
  /** For an operator that {@link Operator.tellsRunning}. */
  readonly running: Running
  /** Which operator of its chain it is, from 1. */
  readonly number: number
  /**
   * What was thrown in the operator, as an error that names it. One that names an operator further down stays so. `of` is
   * the function of the job that gave what it must not: the error then leads to the step that it was given to.
   */
  readonly failed: (error: unknown, of?: unknown) => MillraceError
  /** Where the record that `process` is called for came from, as far as that is known. */
  readonly whereIs: () => Where
  /**
   * For a record that failed after `process` had returned. Throws unless the job goes on.
   *
   * @param where What {@link whereIs} gave for the record, if that is over.
   */
  readonly refuse: (error: unknown, value: unknown, timestamp: number, where?: Where) => void
}

/**
 * Processes the elements of a chain at run time. Only `process` is required; an operator shows what it changes. All
 * calls are synchronous and never overlap.
 */
export interface Operator<in In> {
  /** Called without `this`. */
  readonly process: Emit<In>
  /**
   * Whether `process` says in {@link OperatorContext.running} when it can throw, which costs next to nothing. For every
   * other operator the engine finds that out by a call more for each record, which is a tenth of what the fastest of them
   * take.
   */
  readonly tellsRunning?: true
  /** A call of `process` begins, or a few of them that fail together. Only called where {@link OperatorContext.goesOn}. */
  begin?(): void
  /** Puts all state back to what it was at {@link begin}. */
  undo?(): void
  /** A batch of this split begins. `input` says by which input it came, for an operator that reads a union. */
  onBatch?(split: string | undefined, input: number): void
  /** All records of the batch have been processed. */
  onBatchEnd?(): void
  /** No records are at hand any more: after a batch, and after what a tick or an answer from outside has led to. */
  settle?(): void
  /** Without it the watermark is handed on. */
  onWatermark?(timestamp: number): void
  onSplit?(mark: SplitMark): void
  /** Processing time, told before every batch and when it was asked for. At the end of the input it is infinite. */
  onTick?(now: number): void
  /** Of an operator that waits for something outside: settles when it has room for more; `undefined` if it has now. */
  ready?(): Promise<void> | undefined
  /** Of the same: settles when nothing is in flight; `undefined` if nothing is. A checkpoint waits for it. */
  drained?(): Promise<void> | undefined
  /** The state at a barrier; the operator goes on at once after it. */
  snapshot?(): Snapshot
  /** Of an operator whose restored state is large: settles when elements may come. */
  open?(): Promise<void>
  /** Somebody outside asks the operator for something, between two batches. What it does then is in the next checkpoint. */
  onRequest?(request: Json): void
  /** Why the job must not finish though its input has ended: it then takes a checkpoint and fails with this. */
  readonly unfinished?: MillraceError | undefined
  /** Of an operator that makes watermarks: how far each split is, and how far they may drift apart. */
  readonly progress?: SplitProgress
}

/** How far event time has come in each split, for reading them at the same pace. */
export interface SplitProgress {
  /** `undefined` before the first record of the split. */
  watermarkOf(split: string): number | undefined
  /** A split that is further ahead of the slowest one than this is paused. */
  readonly maxDriftMs: number
}

/** Makes operators. The graph holds factories, the runtime calls them; nothing else knows which operator it is. */
export type OperatorFactory<In, Out> = (
  context: OperatorContext<Out>,
  restored: Snapshot | undefined,
) => Operator<In>
