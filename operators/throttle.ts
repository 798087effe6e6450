import type { Operator, OperatorContext } from '../src/contract/operator.ts'
import { MillraceError } from '../src/errors.ts'
import { givenDuration } from '../src/graph/given-duration.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'

/** How many records may pass in which time. */
export interface ThrottleOptions {
  readonly records: number
  /** Default `'1s'`. */
  readonly per?: Duration
}

/**
 * Slows the job down to a rate. Nothing is dropped and nothing is kept: reading waits. The records of one fetch pass
 * together, and the next fetch waits for as long as they may take, so the rate holds from one fetch to the next. (As
 * Flink's `RateLimitedSourceReader`.)
 *
 * @throws MillraceError `JOB_INVALID` if `records` or `per` is not more than 0.
 * @example
 * throttle({ records: 500, per: '1s' })
 */
export function throttle<T>(rate: ThrottleOptions): Step<Stream<T>, Stream<T>> {
  const { records, per = '1s' } = rate ?? {}
  const msPerRecord = givenDuration(per, 'the per of throttle(…)') / records
  if (!(msPerRecord > 0 && msPerRecord < Number.POSITIVE_INFINITY))
    throw new MillraceError('JOB_INVALID', `throttle(…): ${records} records per ${per} is no rate`)
  return operatorStep<T, T>({
    verb: 'throttle',
    detail: `${records} records per ${per}`,
    create: (context) => new Throttle(msPerRecord, context),
  })
}

class Throttle<T> implements Operator<T> {
  readonly process: (value: T, timestamp: number) => void
  readonly #context: OperatorContext<T>
  /** When everything that has passed has had its time. */
  #freeAt = Number.NEGATIVE_INFINITY
  #passed = 0
  readonly #msPerRecord: number
  #wait: Promise<void> | undefined

  constructor(msPerRecord: number, context: OperatorContext<T>) {
    this.#msPerRecord = msPerRecord
    this.#context = context
    const { emit } = context
    this.process = (value, timestamp) => {
      this.#passed += 1
      emit(value, timestamp)
    }
  }

  ready(): Promise<void> | undefined {
    const now = this.#context.clock.now()
    if (this.#passed > 0) this.#freeAt = Math.max(this.#freeAt, now) + this.#passed * this.#msPerRecord
    this.#passed = 0
    if (this.#freeAt <= now) return undefined
    this.#wait ??= this.#until(this.#freeAt)
    return this.#wait
  }

  async #until(time: number): Promise<void> {
    const { clock, signal } = this.#context
    while (clock.now() < time && !signal.aborted) await clock.sleep(time - clock.now(), signal)
    this.#wait = undefined
  }
}
