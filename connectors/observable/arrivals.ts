import type { Clock } from '../../src/contract/clock.ts'
import { MillraceError } from '../../src/errors.ts'

/** What has come and is not fetched yet. */
export class Arrivals<T> {
  readonly #clock: Clock
  readonly #limit: number
  #values: T[] = []
  #times: number[] = []
  #skip: number
  #completed = false
  #error: MillraceError | undefined
  #wake = () => {}

  /** @param skip Leaves out as many values at the beginning. */
  constructor(clock: Clock, limit: number, skip: number) {
    this.#clock = clock
    this.#limit = limit
    this.#skip = skip
  }

  readonly next = (value: T): void => {
    if (this.#skip > 0) {
      this.#skip -= 1
      return
    }
    if (this.#values.length === this.#limit)
      this.#fail(new MillraceError('SOURCE_FAILED', `${this.#limit} values of the Observable wait already`))
    if (this.#error !== undefined) return
    this.#values.push(value)
    this.#times.push(this.#clock.now())
    this.#wake()
  }

  readonly error = (cause: unknown): void => {
    this.#fail(new MillraceError('SOURCE_FAILED', 'the Observable ended in an error', { cause }))
  }

  readonly complete = (): void => {
    this.#completed = true
    this.#wake()
  }

  /** Settles when there is something to take, or after `ms`. */
  async some(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#values.length > 0 || this.#completed || this.#error !== undefined) return
    const waiting = new AbortController()
    this.#wake = () => waiting.abort()
    signal.addEventListener('abort', this.#wake)
    if (signal.aborted) this.#wake()
    await this.#clock.sleep(ms, waiting.signal)
    signal.removeEventListener('abort', this.#wake)
  }

  /** @throws MillraceError `SOURCE_FAILED` */
  take(): { readonly values: readonly T[]; readonly times: readonly number[]; readonly completed: boolean } {
    if (this.#error !== undefined) throw this.#error
    const taken = { values: this.#values, times: this.#times, completed: this.#completed }
    this.#values = []
    this.#times = []
    return taken
  }

  #fail(error: MillraceError): void {
    this.#error ??= error
    this.#wake()
  }
}
