import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Turns each record into another. The event time stays.
 *
 * @param project Must not change the record it is given.
 * @example
 * map((order: { cents: number }) => order.cents / 100)
 */
export function map<T, R>(project: (value: T) => R): Step<Stream<T>, Stream<R>> {
  return operatorStep<T, R>({
    verb: 'map',
    create: ({ id, emit, running }) => ({
      tellsRunning: true,
      process: (value, timestamp) => {
        running.operator = id
        const result = project(value)
        running.operator = undefined
        emit(result, timestamp)
      },
    }),
  })
}
