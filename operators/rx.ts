import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import { Observable, type OperatorFunction } from '../src/rx.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Lets RxJS operators work on each record: the record is an Observable of its own, which ends after it, and what comes
 * out takes the event time of the record. So `map`, `filter`, `mergeMap` and the like do what they say, and whatever an
 * operator remembers (`scan`, `distinct`, `bufferCount`) it remembers for one record only: memory that spans records
 * must be in checkpoints, which is what operators with state are for.
 *
 * Everything has to happen at once. An operator that waits, as `delay` or a `mergeMap` to a promise, is a failure of
 * the record: use `asyncMap`.
 *
 * @throws MillraceError `OPERATOR_FAILED` while running, if an operator waits.
 * @example
 * import { filter as rxFilter, mergeMap } from 'rxjs'
 * const words = rx(
 *   mergeMap((line: string) => line.split(' ')),
 *   rxFilter((word) => word !== ''),
 * )
 */
export function rx<T, A>(a: OperatorFunction<T, A>): Step<Stream<T>, Stream<A>>
export function rx<T, A, B>(a: OperatorFunction<T, A>, b: OperatorFunction<A, B>): Step<Stream<T>, Stream<B>>
export function rx<T, A, B, C>(
  a: OperatorFunction<T, A>,
  b: OperatorFunction<A, B>,
  c: OperatorFunction<B, C>,
): Step<Stream<T>, Stream<C>>
export function rx<T, A, B, C, D>(
  a: OperatorFunction<T, A>,
  b: OperatorFunction<A, B>,
  c: OperatorFunction<B, C>,
  d: OperatorFunction<C, D>,
): Step<Stream<T>, Stream<D>>
export function rx<T, A, B, C, D, E>(
  a: OperatorFunction<T, A>,
  b: OperatorFunction<A, B>,
  c: OperatorFunction<B, C>,
  d: OperatorFunction<C, D>,
  e: OperatorFunction<D, E>,
): Step<Stream<T>, Stream<E>>
export function rx(
  ...operators: readonly OperatorFunction<unknown, unknown>[]
): Step<Stream<unknown>, Stream<unknown>> {
  for (const operator of operators) givenFunction(operator, 'rx', 'an operator')
  return operatorStep<unknown, unknown>({
    verb: 'rx',
    create: ({ emit }) => ({
      process: (value, timestamp) => {
        for (const result of resultsOf(value, operators)) emit(result, timestamp)
      },
    }),
  })
}

/** Results are gathered first: RxJS would take what throws further down for an error of nobody. */
function resultsOf(value: unknown, operators: readonly OperatorFunction<unknown, unknown>[]): unknown[] {
  const results: unknown[] = []
  let ended = false
  let failure: { readonly error: unknown } | undefined
  // The operators are applied for each record: some, as `shareReplay`, remember from then on.
  const source = operators.reduce((upstream, operator) => operator(upstream), recordAlone(value))
  const subscription = source.subscribe({
    next: (result) => results.push(result),
    error: (error: unknown) => {
      failure = { error }
    },
    complete: () => {
      ended = true
    },
  })
  if (failure !== undefined) throw failure.error
  if (ended) return results
  subscription.unsubscribe()
  throw new MillraceError(
    'OPERATOR_FAILED',
    'an operator given to rx(…) waits for something: use asyncMap(…)',
  )
}

function recordAlone(value: unknown): Observable<unknown> {
  return new Observable((subscriber) => {
    subscriber.next(value)
    subscriber.complete()
  })
}
