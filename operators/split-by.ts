import type { Emit, OperatorContext } from '../src/contract/operator.ts'
import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorOn } from '../src/graph/operator-step.ts'
import { mainOutput } from '../src/graph/transformation.ts'
import { type Step, type Stream, streamAt } from '../src/stream.ts'

/** Predicates by the names of the streams that they choose records for. */
export type Predicates<in T> = Readonly<Record<string, (value: T) => boolean>>

/** A predicate that narrows `T` to `U`. */
type Narrowing<T, U extends T> = (value: T) => value is U

/** What passes a predicate: what it narrows `T` to, or `Else`. */
export type Passing<T, P, Else = T> = P extends Narrowing<T, infer U> ? U : Else

/** A stream for each predicate, and `rest` for the records that pass none. */
export type SplitStreams<T, P> = { readonly [N in keyof P]: Stream<Passing<T, P[N]>> } & {
  readonly rest: Stream<Exclude<T, Passing<T, P[keyof P], never>>>
}

/**
 * Several streams of one, in one pass: a record goes to the first predicate that it passes, and to `rest` if it passes
 * none. A predicate that narrows the type narrows its stream. What is read nowhere is left out. (As `split` of Kafka
 * Streams.)
 *
 * @throws MillraceError `JOB_INVALID` for a predicate named `rest` or `main`, or an async one.
 * @example
 * const byRegion = (orders: Stream<{ region: string }>) => {
 *   const { eu, us, rest } = orders.pipe(
 *     splitBy({ eu: (order) => order.region.startsWith('eu-'), us: (order) => order.region.startsWith('us-') }),
 *   )
 *   return [eu, us, rest]
 * }
 */
export function splitBy<T, P extends Predicates<T>>(
  predicates: P & Predicates<T>,
): Step<Stream<T>, SplitStreams<T, P>> {
  const names = Object.keys(predicates ?? {})
  if (names.length === 0)
    throw new MillraceError('JOB_INVALID', 'splitBy(…) takes an object of predicates, and got none')
  for (const taken of ['rest', mainOutput]) {
    if (names.includes(taken)) {
      throw new MillraceError('JOB_INVALID', `a predicate of splitBy is called "${taken}", which is taken`)
    }
  }
  for (const name of names) givenFunction(predicates[name], 'splitBy', `"${name}"`)
  return (upstream) => {
    const { outlet } = operatorOn<T, never>(upstream, {
      verb: 'splitBy',
      detail: names.join(', '),
      create: (context) => ({ process: splitting(names, Object.values(predicates), context) }),
    })
    const { from } = outlet
    const streams = [...names, 'rest'].map((name) => [name, streamAt({ from, output: name })])
    return Object.freeze(Object.fromEntries(streams)) as SplitStreams<T, P>
  }
}

function splitting<T>(
  names: readonly string[],
  predicates: readonly ((value: T) => boolean)[],
  { sideOutput }: OperatorContext<never>,
): Emit<T> {
  const nowhere = () => {}
  const emits = names.map((name) => sideOutput(name) ?? nowhere)
  const rest = sideOutput('rest') ?? nowhere
  return (value, timestamp) => {
    for (let index = 0; index < predicates.length; index += 1) {
      if (predicates[index]!(value)) return emits[index]!(value, timestamp)
    }
    rest(value, timestamp)
  }
}
