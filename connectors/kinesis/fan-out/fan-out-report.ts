import type { SourceContext } from '../../../src/contract/source.ts'
import type { SubscriptionState, Trouble } from './subscription-state.ts'

const logEveryMs = 30_000

const sentences: { readonly [trouble in Trouble]: string } = {
  broken: 'the connection broke, or the service asks for patience',
  silent: 'nothing came in time',
  'in-use': 'the service does not take it yet',
  taken: 'another reader subscribed as the same consumer',
  refused: 'the service refuses it',
}

/** Counts what becomes of the subscriptions of a source, and logs now and then that shards are polled instead. */
export class FanOutReport {
  readonly #context: Pick<SourceContext, 'name' | 'clock' | 'log' | 'count'>
  readonly #last = new Map<string, { readonly trouble: Trouble; readonly reason: string }>()
  #loggedAt = Number.NEGATIVE_INFINITY
  #unlogged = 0

  constructor(context: Pick<SourceContext, 'name' | 'clock' | 'log' | 'count'>) {
    this.#context = context
  }

  /** Renewals count too. */
  subscribed(shard: string): void {
    this.#context.count('subscribed', shard)
    this.#last.delete(shard)
  }

  failed(shard: string, trouble: Trouble, error: unknown): void {
    this.#context.count('subscriptionsFailed', shard)
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#last.set(shard, { trouble, reason })
  }

  /** A shard is polled from now on, because of how its last subscription failed if it did. */
  polls(shard: string, { phase }: SubscriptionState): void {
    const last = this.#last.get(shard)
    if (last === undefined) return
    this.#context.count('fellBack', shard)
    this.#unlogged++
    const now = this.#context.clock.now()
    if (now - this.#loggedAt < logEveryMs) return
    this.#context.log.warn(`A shard is polled for a while: ${sentences[last.trouble]}`, {
      source: this.#context.name,
      shard,
      reason: last.reason,
      forMs: phase.kind === 'resting' ? phase.until - now : undefined,
      times: this.#unlogged,
    })
    this.#loggedAt = now
    this.#unlogged = 0
  }

  finished(shard: string): void {
    this.#last.delete(shard)
  }
}
