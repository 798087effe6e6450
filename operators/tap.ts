import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Looks at each record on its way, for instance to count it in a metrics library. Not for effects that must happen
 * once: after a restart, records that came after the last checkpoint pass again. (As Kafka Streams' `peek`.)
 *
 * @param look Must not change the record. What it throws is a failure of the record: see `onError` of the job.
 * @throws MillraceError `JOB_INVALID` for an async function.
 * @example
 * const seen: string[] = []
 * tap((order: { id: string }) => seen.push(order.id))
 */
export function tap<T>(look: (value: T, timestamp: number) => unknown): Step<Stream<T>, Stream<T>> {
  givenFunction(look, 'tap')
  return operatorStep<T, T>({
    verb: 'tap',
    create: ({ emit }) => ({
      process: (value, timestamp) => {
        look(value, timestamp)
        emit(value, timestamp)
      },
    }),
  })
}
