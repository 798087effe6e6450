import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Turns each record into any number of others, in the order of the iterable. All take the event time of the record.
 *
 * @param project May be a generator.
 * @throws MillraceError `JOB_INVALID` for an async function.
 * @example
 * flatMap((line: string) => line.split(' '))
 */
export function flatMap<T, R>(project: (value: T) => Iterable<R>): Step<Stream<T>, Stream<R>> {
  givenFunction(project, 'flatMap')
  return operatorStep<T, R>({
    verb: 'flatMap',
    create: ({ emit }) => ({
      process: (value, timestamp) => {
        for (const result of project(value)) emit(result, timestamp)
      },
    }),
  })
}
