import {
  mainOutput,
  type Outlet,
  type SinkTransformation,
  type Transformation,
} from './graph/transformation.ts'

/** Shows the compiler the type of the records. No stage has it. */
declare const element: unique symbol

/** Shows the compiler the type of the windows. */
declare const windowType: unique symbol

/** Records of type `T`. A value that describes; nothing runs. */
export interface Stream<out T> extends Pipeable {
  readonly outlet: Outlet
  readonly [element]: T
}

/** Records of type `T`, to be kept together by a key of type `K`. Steps that take any stream drop the key. */
export interface KeyedStream<out K, out T> extends Stream<T> {
  readonly keySelector: (value: never) => K
}

/** Keyed records in windows. Not a stream: only what makes results of windows, such as an aggregation, makes one of it. */
export interface WindowedStream<out K, out T, out W> extends Pipeable {
  readonly assigner: WindowAssigner<unknown, never>
  readonly keyed: KeyedStream<K, T>
  readonly late: ((late: Stream<never>) => SinkHandle) | undefined
  /** How long windows that have closed can still be corrected. */
  readonly allowedLatenessMs: number
  readonly trigger: FiringRule | undefined
  readonly [element]: T
  readonly [windowType]: W
}

/** Rows of a changelog, put together by a key of theirs. Not a stream: only a running aggregate or a top-n makes one of it. */
export interface GroupedStream<out K, out T> extends Pipeable {
  readonly grouped: KeyedStream<K, unknown>
  readonly [element]: T
}

/** A stream that ends in a sink: what a job is built of. */
export interface SinkHandle {
  readonly sink: SinkTransformation
}

/** A window of time: from `start` up to, but without, `end`, in milliseconds since 1970. */
export interface TimeWindow {
  readonly start: number
  readonly end: number
}

/** Which time windows go by: that of records, or that of the clock when they are processed. */
export type TimeDomain = 'event' | 'processing'

/** What every kind of windows has. */
interface Windows<out W> {
  /** For plans and checkpoints, such as `tumbling 1d`: windows of the same name are the same. */
  readonly name: string
  /** What a result says of the window between these two. */
  window(start: number, end: number): W
}

/** The bounds of windows that lie side by side without a gap. */
export interface Bounds {
  /** The start of the window that holds `timestamp`. */
  startOf(timestamp: number): number
  /** The end of the window that starts at `start`: the first instant after it. */
  endOf(start: number): number
}

/** Windows side by side, the same for all keys: a record belongs to one. Your own are objects of this kind. */
export interface AlignedWindows<out W> extends Windows<W>, Bounds {
  readonly kind: 'aligned'
  readonly time: TimeDomain
}

/**
 * Windows that overlap or leave gaps, the same for all keys, each put together of whole slices: a record belongs to one
 * slice.
 */
export interface SlidingWindows<out W> extends Windows<W> {
  readonly kind: 'sliding'
  readonly time: TimeDomain
  readonly slices: Bounds
  /** The windows that hold the slice which starts at `start`, earliest first; none if it lies in a gap. */
  windowsOf(start: number): readonly TimeWindow[]
  /** The number of the slice that starts at `start`; that of the next one is one greater. */
  numberOf(start: number): number
}

/** A window of its own for each stretch of a key's records without a longer pause than the gap. */
export interface SessionWindows<out W, in T = unknown> extends Windows<W> {
  readonly kind: 'session'
  readonly time: TimeDomain
  /** For all records, or for each of them: how long it keeps its session open. */
  readonly gapMs: number | ((record: T) => number)
}

/** Windows that a function says for each record. */
export interface AssignedWindows<out W, in T = unknown> extends Windows<W> {
  readonly kind: 'assigned'
  readonly time: TimeDomain
  /** Whether windows that touch each other become one. */
  readonly merging: boolean
  /** The windows of a record that came at this time of the windows' kind. */
  readonly windowsOf: (record: T, time: number) => Iterable<TimeWindow>
}

/** One window of each key that holds everything. It closes at the end of the input. */
export interface GlobalWindows<out W> extends Windows<W> {
  readonly kind: 'global'
}

/** Windows of `size` records of a key, in the order of arrival, one every `slide` records. */
export interface CountWindows<out W> extends Windows<W> {
  readonly kind: 'count'
  readonly size: number
  readonly slide: number
}

/** Says into which windows a record belongs: a value, which every operator on windows reads. */
export type WindowAssigner<W, T = unknown> =
  | AlignedWindows<W>
  | SlidingWindows<W>
  | SessionWindows<W, T>
  | GlobalWindows<W>
  | CountWindows<W>
  | AssignedWindows<W, T>

/** When a window gives results, besides the one at its end if it is not alone. */
export interface FiringRule {
  /** For plans and checkpoints, such as `every 10s`. */
  readonly name: string
  /** A result at every multiple of this time at which there is something new. */
  readonly everyMs?: number
  /** By which time; without it by the time that the windows go by. */
  readonly time?: TimeDomain
  /** A result after so many new records. */
  readonly count?: number
  /** Whether a result takes the records with it, so that the next one holds only what came since. */
  readonly purging: boolean
  /** Whether there are no other results: none at the close, and none for a record that comes after it. */
  readonly alone?: boolean
}

/** A step of a pipe: a function from what stands before it to what stands after it. Your own functions are steps too. */
export type Step<A, B> = (upstream: A) => B

/**
 * What has a `pipe`. Each step's input type is fixed by the step before it (`NoInfer`), so that a mistake is reported
 * at the step that is wrong.
 */
export interface Pipeable {
  pipe<S, A>(this: S, a: Step<NoInfer<S>, A>): A
  pipe<S, A, B>(this: S, a: Step<NoInfer<S>, A>, b: Step<NoInfer<A>, B>): B
  pipe<S, A, B, C>(this: S, a: Step<NoInfer<S>, A>, b: Step<NoInfer<A>, B>, c: Step<NoInfer<B>, C>): C
  pipe<S, A, B, C, D>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
  ): D
  pipe<S, A, B, C, D, E>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
    e: Step<NoInfer<D>, E>,
  ): E
  pipe<S, A, B, C, D, E, F>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
    e: Step<NoInfer<D>, E>,
    f: Step<NoInfer<E>, F>,
  ): F
  pipe<S, A, B, C, D, E, F, G>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
    e: Step<NoInfer<D>, E>,
    f: Step<NoInfer<E>, F>,
    g: Step<NoInfer<F>, G>,
  ): G
  pipe<S, A, B, C, D, E, F, G, H>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
    e: Step<NoInfer<D>, E>,
    f: Step<NoInfer<E>, F>,
    g: Step<NoInfer<F>, G>,
    h: Step<NoInfer<G>, H>,
  ): H
  pipe<S, A, B, C, D, E, F, G, H, I>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
    e: Step<NoInfer<D>, E>,
    f: Step<NoInfer<E>, F>,
    g: Step<NoInfer<F>, G>,
    h: Step<NoInfer<G>, H>,
    i: Step<NoInfer<H>, I>,
  ): I
  pipe<S, A, B, C, D, E, F, G, H, I, J>(
    this: S,
    a: Step<NoInfer<S>, A>,
    b: Step<NoInfer<A>, B>,
    c: Step<NoInfer<B>, C>,
    d: Step<NoInfer<C>, D>,
    e: Step<NoInfer<D>, E>,
    f: Step<NoInfer<E>, F>,
    g: Step<NoInfer<F>, G>,
    h: Step<NoInfer<G>, H>,
    i: Step<NoInfer<H>, I>,
    j: Step<NoInfer<I>, J>,
  ): J
}

/** The stream at the main output of a transformation. */
export function streamFrom<T>(from: Transformation): Stream<T> {
  return streamAt({ from, output: mainOutput })
}

/** The stream at an outlet. */
export function streamAt<T>(outlet: Outlet): Stream<T> {
  return pipeable({ outlet })
}

/** A stage of records of any type: which one is the promise of the step that makes it. */
type Staged<S> = S & Pipeable & { readonly [element]: never; readonly [windowType]: never }

/** Adds `pipe` to a stage and freezes it. */
export function pipeable<S extends object>(stage: S): Staged<S> {
  const pipe = (...steps: Step<unknown, unknown>[]) =>
    steps.reduce<unknown>((upstream, step) => step(upstream), frozen)
  const frozen = Object.freeze({ ...stage, pipe }) as unknown as Staged<S>
  return frozen
}
