import type { Source, SourceContext, SplitEnumerator, SplitReader } from '../../src/contract/source.ts'
import { MillraceError } from '../../src/errors.ts'
import { Arrivals } from './arrivals.ts'

/** An Observable of RxJS, or anything else that is subscribed to in the same way. */
export interface Subscribable<out T> {
  subscribe(observer: {
    readonly next: (value: T) => void
    readonly error: (error: unknown) => void
    readonly complete: () => void
  }): { unsubscribe(): void }
  /** Not called. The compiler finds the type of the values in it: `subscribe` of RxJS is too overloaded for that. */
  forEach?(next: (value: T) => void): Promise<void>
}

/** How an Observable is read. */
export interface ObservableSourceOptions {
  /**
   * Whether every subscription gives the same values from the first on, as `from(list)` does. Those that a checkpoint
   * has are then passed over, and the job is as exact as its sinks. Default `false`: after a failure the job goes on
   * with whatever comes then.
   */
  readonly replay?: boolean
  /** How many values may wait until the job takes them; one more fails the job. Default 10,000. */
  readonly buffer?: number
}

/** An Observable that is quiet this long is caught up: event time follows the clock. */
const quietMs = 1000

/**
 * Reads an Observable: subscribed to when the job starts, and again after a failure. Its completion ends the input. An
 * Observable cannot be asked to wait, so what the job has no room for is kept, up to `buffer`. Without `replay` the
 * values that came after the last checkpoint are lost in a failure; the plan says so.
 *
 * @throws MillraceError `JOB_INVALID` if `buffer` is not a whole number from 1; `SOURCE_FAILED` while running, if the
 *   Observable ends in an error or is faster than the job.
 * @example
 * import { interval } from 'rxjs'
 * observableSource(interval(1000)).description.replayable // false
 */
export function observableSource<T>(
  observable: Subscribable<T>,
  options: ObservableSourceOptions = {},
): Source<T> {
  const { replay = false, buffer = 10_000 } = options
  if (!Number.isInteger(buffer) || buffer < 1)
    throw new MillraceError(
      'JOB_INVALID',
      `observableSource(…): buffer is ${buffer}, not a whole number from 1`,
    )
  return {
    description: {
      kind: 'observable',
      detail: replay ? 'the same values each time' : 'live',
      replayable: replay,
    },
    open: async (context) => new OneSplit(observable, replay, buffer, context),
  }
}

/** The whole Observable is one split. A position is the number of the value. */
class OneSplit<T> implements SplitEnumerator<T> {
  readonly discoverEveryMs = 3_600_000
  exhausted = false
  readonly #observable: Subscribable<T>
  readonly #replay: boolean
  readonly #buffer: number
  readonly #context: SourceContext
  #handedOut = false

  constructor(observable: Subscribable<T>, replay: boolean, buffer: number, context: SourceContext) {
    this.#observable = observable
    this.#replay = replay
    this.#buffer = buffer
    this.#context = context
  }

  async discover(): Promise<void> {}

  takeReadable() {
    if (this.#handedOut) return []
    this.#handedOut = true
    return [{ id: 'observable', parents: [] }]
  }

  read(_split: unknown, position: { readonly after: string } | undefined): SplitReader<T> {
    const { clock, signal } = this.#context
    let next = position === undefined ? 0 : Number(position.after) + 1
    const arrivals = new Arrivals<T>(clock, this.#buffer, this.#replay ? next : 0)
    const subscription = this.#observable.subscribe(arrivals)
    return {
      fetch: async () => {
        await arrivals.some(quietMs, signal)
        const { values, times, completed } = arrivals.take()
        const first = next
        next += values.length
        return {
          ...{ values, arrivalTimes: times, undecodable: [], sizeBytes: values.length },
          positionOf: (index) => String(first + index),
          position: next === 0 ? undefined : { after: String(next - 1) },
          ...{ behindMs: 0, serverTime: clock.now(), finished: completed },
        }
      },
      close: () => subscription.unsubscribe(),
    }
  }

  finished(): readonly string[] {
    this.exhausted = true
    return []
  }

  snapshot() {
    return null
  }

  async close(): Promise<void> {}
}
