import type { Clock } from '../../src/contract/clock.ts'
import type { Log } from '../../src/contract/log.ts'
import { isMillraceError } from '../../src/errors.ts'
import type { AgentOptions, AgentRecord } from './agent-options.ts'

/** So long a stop waits for what was read to arrive. */
const drainMs = 20_000
/** Between attempts, after a failure that may pass. */
const retryMs = 5000

type Options = Pick<AgentOptions, 'put' | 'until'> & { readonly clock: Clock }

/** Sends records until they have arrived, or there is no more time for it. */
export class Sending {
  readonly #options: Options
  readonly #log: Log
  readonly #stop: AbortSignal
  /** No more time. */
  readonly #over = new AbortController()
  readonly #ended = new AbortController()
  #gaveUp = false

  constructor(options: Options, log: Log, stop: AbortSignal) {
    this.#options = options
    this.#log = log
    this.#stop = stop
    stop.addEventListener('abort', this.#limit, { once: true })
  }

  end(): void {
    this.#stop.removeEventListener('abort', this.#limit)
    this.#ended.abort()
  }

  readonly #limit = (): void => {
    void this.#options.clock.sleep(drainMs, this.#ended.signal).then(() => this.#over.abort())
  }

  /**
   * Resolves with whether they have arrived: they have not if the agent was stopped and could not send them any more.
   * Rejects with a failure that does not pass, and if the agent is to end by itself with any.
   */
  async send(records: readonly AgentRecord[]): Promise<boolean> {
    const { clock, put, until } = this.#options
    while (!this.#gaveUp) {
      try {
        await put(records, this.#over.signal)
        return true
      } catch (error) {
        const passes = isMillraceError(error) && error.retryable && until === undefined
        if (!passes && !this.#over.signal.aborted) throw error
        const reason = isMillraceError(error) ? error.message : 'there was no more time'
        if (this.#stop.aborted) {
          this.#log.warn('stopped before all that was read had arrived: the next run sends it', { reason })
          this.#gaveUp = true
        } else {
          this.#log.warn('cannot send; trying again', { reason, waitMs: retryMs })
          await clock.sleep(retryMs, this.#stop)
        }
      }
    }
    return false
  }
}
