import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Turns each record into another. The event time stays.
 *
 * @param project Must not change the record it is given.
 * @throws MillraceError `JOB_INVALID` for an async function: that is `asyncMap`.
 * @example
 * map((order: { cents: number }) => order.cents / 100)
 */
export function map<T, R>(project: (value: T) => R): Step<Stream<T>, Stream<R>> {
  givenFunction(project, 'map')
  return operatorStep<T, R>({
    verb: 'map',
    create: ({ number, emit, running }) => {
      return {
        tellsRunning: true,
        process: (value, timestamp) => {
          running.operator = number
          const result = project(value)
          running.operator = 0
          emit(result, timestamp)
        },
      }
    },
  })
}
