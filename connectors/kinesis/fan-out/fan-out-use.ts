import type { MillraceError } from '../../../src/errors.ts'
import { failureOf } from '../service-failure.ts'
import { chooseReading, type ReadingChoice } from './choose-reading.ts'
import type { FanOutApi, RegisteredConsumer } from './fan-out-api.ts'
import { callInTime } from './in-time.ts'
import { type ConsumerParts, StreamConsumer } from './stream-consumer.ts'

/** What is seen of a source at a look. */
export interface Look {
  /** How far the shard that is furthest behind is behind; 0 before any was read. */
  readonly behindMs: number
  /** How often polls were throttled so far. */
  readonly throttled: number
}

/** From where on a shard counts as far behind. */
const farBehindMs = 60_000
/** After a refusal fan-out is not thought of again for so long. */
const refusedForMs = 600_000
const callMs = 30_000

/** Whether the shards of a source are to be read by fan-out, and as which consumer. */
export class FanOutUse {
  readonly api: FanOutApi
  readonly #parts: ConsumerParts & { readonly read: 'fan-out' | 'auto' }
  readonly #consumer: StreamConsumer
  #choice: ReadingChoice | undefined
  /** Whether the consumer is to be registered if it is not there: not if its removal is to be a choice. */
  #registers: boolean
  #refusedAt = Number.NEGATIVE_INFINITY
  #before: Look = { behindMs: 0, throttled: 0 }
  #throttledLooks = 0
  #lateLooks = 0

  constructor(parts: ConsumerParts & { readonly read: 'fan-out' | 'auto' }) {
    this.api = parts.api
    this.#parts = parts
    this.#consumer = new StreamConsumer(parts)
    this.#registers = parts.read === 'fan-out'
  }

  /** Whether fan-out is the way to read at present. */
  get chosen(): boolean {
    return this.#parts.read === 'fan-out' || this.#choice?.read === 'fan-out'
  }

  /** The consumer to subscribe as; `undefined` as long as there is none. Throws a refusal, unless it may choose. */
  async consumer(): Promise<string | undefined> {
    try {
      return await this.#consumer.arn(this.#registers)
    } catch (error) {
      this.refused(error)
      return undefined
    }
  }

  /** The service does not know the consumer any more. */
  consumerGone(): void {
    this.#consumer.gone()
  }

  /** Fan-out is refused for good: an error, or the reason to choose polling. */
  refused(error: unknown): void {
    this.#parts.context.signal.throwIfAborted()
    if (this.#parts.read === 'fan-out') throw error
    this.#refusedAt = this.#parts.context.clock.now()
    this.#choose({ read: 'polling', because: `fan-out is refused: ${(error as MillraceError).message}` })
  }

  /** Called at every discovery: decides anew, or sees to it that the consumer is there. */
  async look(seen: Look): Promise<void> {
    if (this.#parts.read === 'auto') await this.#decide(seen)
    if (this.chosen) await this.consumer()
  }

  async #decide(seen: Look): Promise<void> {
    this.#throttledLooks = seen.throttled > this.#before.throttled ? this.#throttledLooks + 1 : 0
    const falling = seen.behindMs >= farBehindMs && seen.behindMs >= this.#before.behindMs
    this.#lateLooks = falling && this.#before.behindMs > 0 ? this.#lateLooks + 1 : 0
    this.#before = seen
    if (this.#parts.context.clock.now() - this.#refusedAt < refusedForMs) return
    const consumers = await this.#registered()
    if (consumers === undefined) return
    const own = consumers.find(({ name }) => name === this.#parts.name)
    const choice = chooseReading({
      now: this.#choice?.read ?? 'polling',
      ownConsumer: own !== undefined && own.status !== 'DELETING',
      otherConsumers: consumers.length - (own === undefined ? 0 : 1),
      throttledLooks: this.#throttledLooks,
      lateLooks: this.#lateLooks,
    })
    this.#registers = choice.read === 'fan-out' && own === undefined
    this.#choose(choice)
  }

  #choose(choice: ReadingChoice): void {
    const changed = choice.read !== this.#choice?.read
    this.#choice = choice
    if (!changed) return
    const { context, name } = this.#parts
    const { read, because } = choice
    if (read === 'polling') this.#consumer.gone()
    context.log.info(`reads by ${read}: ${because}`, { source: context.name, consumer: name })
  }

  /** All consumers of the stream; `undefined` if that cannot be learnt now. */
  async #registered(): Promise<readonly RegisteredConsumer[] | undefined> {
    const { api, streamArn, context } = this.#parts
    const { clock, signal } = context
    const found: RegisteredConsumer[] = []
    try {
      for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
        const page = await callInTime((ended) => api.consumers(streamArn, next, ended), {
          ms: callMs,
          clock,
          signal,
        })
        found.push(...page.consumers)
        next = page.next
      }
      return found
    } catch (error) {
      signal.throwIfAborted()
      if (failureOf(error).kind === 'refused') this.refused(error)
      return undefined
    }
  }
}
