import type { OperatorContext } from '../../src/contract/operator.ts'
import { MillraceError } from '../../src/errors.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import type { Sides } from '../../src/graph/transformation.ts'
import { type SinkHandle, type Step, type Stream, streamAt } from '../../src/stream.ts'

/** What happens to records whose time was complete already when they came. */
export interface LateOption<T> {
  /**
   * Where late records go, of a join those of both sides. Any steps that end in a sink. Without it a late record stops the job with
   * `RECORD_LATE`.
   */
  readonly late?: Step<Stream<T>, SinkHandle>
}

/** The side output of that option. */
export function lateSide<T>({ late }: LateOption<T>, verb: string): Sides {
  if (late === undefined) return {}
  givenFunction(late, verb, 'late')
  return { late: (outlet) => late(streamAt(outlet)).sink }
}

/** What refusing a record takes: a call of a keyed logic has it, and so has the context of any operator. */
type Refusal = Pick<OperatorContext<unknown>, 'sideOutput' | 'count'>

/** Counts a late record, and sends it where the job wants such records. */
export function refuseLate(refusal: Refusal, value: unknown, timestamp: number, watermark: number): void {
  refusal.count('late')
  const late = refusal.sideOutput('late')
  if (late === undefined) {
    throw new MillraceError(
      'RECORD_LATE',
      `a record of ${instant(timestamp)} came when event time was complete up to ${instant(watermark)}`,
    )
  }
  late(value, timestamp)
}

/** As text, for messages. */
export function instant(timestamp: number): string {
  return Math.abs(timestamp) <= 8.64e15 ? new Date(timestamp).toISOString() : 'the end of time'
}
