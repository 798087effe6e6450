import { MillraceError } from '../../src/errors.ts'
import { givenText } from '../../src/graph/given-text.ts'
import { operatorOn, unionOf } from '../../src/graph/operator-step.ts'
import type { Sides } from '../../src/graph/transformation.ts'
import type { KeyedStream, Stream } from '../../src/stream.ts'
import type { KeyedLogic } from './keyed-logic.ts'
import { KeyedOperator, type KeySelectors } from './keyed-operator.ts'

/** What the DSL says of an operator with state by key. */
export interface KeyedDescription {
  readonly verb: string
  /** The user's name for the state. */
  readonly name: string
  readonly detail: string
  readonly sides?: Sides
  /** Called once a run. The types of records and results are the caller's promise. */
  readonly logic: () => KeyedLogic<unknown>
}

/** The stream that a logic makes of keyed streams: of one, or of several that share their keys. */
export function keyedOperatorOn<Out>(
  inputs: readonly KeyedStream<unknown, unknown>[],
  { logic, ...description }: KeyedDescription,
): Stream<Out> {
  for (const [index, input] of inputs.entries()) {
    if (index > 0) checkOther(input, description)
    checkKeyed(input.keySelector, description)
  }
  const selectors = inputs.map(({ keySelector }) => keySelector) as unknown as KeySelectors
  const [first] = inputs
  const upstream: Stream<unknown> = inputs.length === 1 ? first! : unionOf(inputs)
  return operatorOn<unknown, Out>(upstream, {
    ...description,
    create: (context, restored) =>
      new KeyedOperator(
        logic(),
        selectors,
        { ...context, emit: context.emit as (value: unknown, timestamp: number) => void },
        restored,
      ),
  })
}

/** The compiler refuses it too, but not everyone asks it. */
export function checkKeyed(
  keySelector: unknown,
  { verb, name }: Pick<KeyedDescription, 'verb' | 'name'>,
): void {
  if (typeof keySelector === 'function') return
  throw new MillraceError(
    'JOB_INVALID',
    `${verb}(…) of "${name}" stands on a stream without a key: put keyBy(…) before it`,
  )
}

/** @throws MillraceError `JOB_INVALID` for what is no stream, or one without a key. */
function checkOther(
  other: KeyedStream<unknown, unknown> | undefined,
  { verb, name }: Pick<KeyedDescription, 'verb' | 'name'>,
): void {
  if (typeof other?.keySelector === 'function') return
  throw new MillraceError(
    'JOB_INVALID',
    `${verb}(…): the other stream of "${name}" is ${other?.outlet === undefined ? givenText(other) : 'one without a key'}, not one that keyBy(…) gives`,
  )
}
