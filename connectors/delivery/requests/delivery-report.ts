import type { RequestContext } from '../../../src/contract/request-destination.ts'

type Told = Pick<RequestContext, 'name' | 'clock' | 'log' | 'count'>

const logEveryMs = 30_000

/** Counts what is sent, and logs now and then that a destination takes nothing, and when it does again. */
export class DeliveryReport {
  readonly #context: Told
  readonly #destination: string
  #loggedAt = Number.NEGATIVE_INFINITY
  #failing = false

  constructor(context: Told, destination: string) {
    this.#context = context
    this.#destination = destination
  }

  sent(): void {
    this.#context.count('requests')
  }

  arrived(records: number): void {
    if (records > 0) this.#context.count('recordsDelivered', records)
    if (!this.#failing) return
    this.#failing = false
    this.#loggedAt = Number.NEGATIVE_INFINITY
    this.#context.log.info('the destination takes records again', this.#where)
  }

  refused(records: number): void {
    this.#context.count('recordsRefused', records)
  }

  /** Records that go to the error output because the destination was down for too long. */
  gaveUp(records: number): void {
    this.#context.count('recordsGivenUp', records)
  }

  retried(code: string, reason: string, waitMs: number): void {
    this.#context.count('requestsRetried')
    this.#failing = true
    const now = this.#context.clock.now()
    if (now - this.#loggedAt < logEveryMs) return
    this.#loggedAt = now
    this.#context.log.warn('the destination does not take all records; trying again', {
      ...this.#where,
      ...{ code, reason, waitMs },
    })
  }

  get #where() {
    return { sink: this.#context.name, destination: this.#destination }
  }
}
