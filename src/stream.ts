import {
  mainOutput,
  type Outlet,
  type SinkTransformation,
  type Transformation,
} from './graph/transformation.ts'

/** Shows the compiler the type of the records. No stage has it. */
declare const element: unique symbol

/** Records of type `T`. A value that describes; nothing runs. */
export interface Stream<out T> extends Pipeable {
  readonly outlet: Outlet
  readonly [element]: T
}

/** Records of type `T`, to be kept together by a key of type `K`. Steps that take any stream drop the key. */
export interface KeyedStream<out K, out T> extends Stream<T> {
  readonly keySelector: (value: never) => K
}

/** Keyed records in windows. Not a stream: only an aggregation makes one of it. */
export interface WindowedStream<out K, out T, out W> extends Pipeable {
  readonly assigner: WindowAssigner<W>
  readonly keyed: KeyedStream<K, T>
  readonly late: ((late: Stream<never>) => SinkHandle) | undefined
  readonly [element]: T
}

/** Rows of a changelog, put together by a key of theirs. Not a stream: only a running aggregate makes one of it. */
export interface GroupedStream<out K, out T> extends Pipeable {
  readonly grouped: KeyedStream<K, unknown>
  readonly [element]: T
}

/** A stream that ends in a sink: what a job is built of. */
export interface SinkHandle {
  readonly sink: SinkTransformation
}

/** A window of event time: from `start` up to, but without, `end`, in milliseconds since 1970. */
export interface TimeWindow {
  readonly start: number
  readonly end: number
}

/** Says in which window a record belongs. */
export interface WindowAssigner<out W> {
  /** For plans, such as `tumbling 1d`. */
  readonly name: string
  /** The start of the window that holds `timestamp`. */
  startOf(timestamp: number): number
  /** The end of the window that starts at `start`: the first instant after it. */
  endOf(start: number): number
  window(start: number): W
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
type Staged<S> = S & Pipeable & { readonly [element]: never }

/** Adds `pipe` to a stage and freezes it. */
export function pipeable<S extends object>(stage: S): Staged<S> {
  const pipe = (...steps: Step<unknown, unknown>[]) =>
    steps.reduce<unknown>((upstream, step) => step(upstream), frozen)
  const frozen = Object.freeze({ ...stage, pipe }) as unknown as Staged<S>
  return frozen
}
