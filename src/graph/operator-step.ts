import type { OperatorFactory } from '../contract/operator.ts'
import { type Step, type Stream, streamFrom } from '../stream.ts'
import { givenStream } from './given-stream.ts'
import type { OperatorTransformation, Sides } from './transformation.ts'

/** What the DSL says of an operator. */
export interface OperatorDescription<In, Out> {
  readonly verb: string
  /** The user's name for the state that the operator holds. */
  readonly name?: string
  readonly detail?: string
  readonly sides?: Sides
  /** See {@link OperatorTransformation.detached}. */
  readonly detached?: boolean
  /** See {@link OperatorTransformation.catches}. */
  readonly catches?: boolean
  readonly create: OperatorFactory<In, Out>
}

/** The stream that an operator makes of another. */
export function operatorOn<In, Out>(
  upstream: Stream<In>,
  description: OperatorDescription<In, Out>,
): Stream<Out> {
  const { verb, name, detail = '', sides = {}, detached = false, catches = false, create } = description
  givenStream(upstream, `${verb}(…)${name === undefined ? '' : ` of "${name}"`}: what stands before it`)
  const transformation: OperatorTransformation = {
    kind: 'operator',
    verb,
    name,
    detail,
    input: upstream.outlet,
    sides,
    detached,
    catches,
    create: create as OperatorFactory<unknown, unknown>,
  }
  return streamFrom<Out>(Object.freeze(transformation))
}

/** The step that adds an operator to a stream. */
export function operatorStep<In, Out>(
  description: OperatorDescription<In, Out>,
): Step<Stream<In>, Stream<Out>> {
  return (upstream) => operatorOn(upstream, description)
}

/**
 * Several streams made one. An operator that reads it directly is told by which input a batch came, from 0 in the order
 * of `streams` (see `onBatch`).
 */
export function unionOf<T>(streams: readonly Stream<T>[]): Stream<T> {
  const inputs = streams.map((stream) => givenStream(stream, 'union(…): one of them').outlet)
  return streamFrom(Object.freeze({ kind: 'union' as const, inputs }))
}
