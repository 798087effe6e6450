import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Keeps the records for which `predicate` is true. A type predicate narrows the type of the stream.
 *
 * @throws MillraceError `JOB_INVALID` for an async function, whose promises would all count as true.
 * @example
 * filter((order: { status: string }) => order.status === 'paid')
 */
export function filter<T, S extends T>(predicate: (value: T) => value is S): Step<Stream<T>, Stream<S>>
export function filter<T>(predicate: (value: T) => boolean): Step<Stream<T>, Stream<T>>
export function filter<T>(predicate: (value: T) => boolean): Step<Stream<T>, Stream<T>> {
  givenFunction(predicate, 'filter')
  return operatorStep<T, T>({
    verb: 'filter',
    create: ({ number, emit, running }) => {
      return {
        tellsRunning: true,
        process: (value, timestamp) => {
          running.operator = number
          const passes = predicate(value)
          running.operator = 0
          if (passes) emit(value, timestamp)
        },
      }
    },
  })
}
