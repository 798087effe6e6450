/** A subscription ends when it is so old; the consumer then subscribes anew. */
export const lifetimeMs = 300_000

/** A consumer hears of a shard at least so often, even if nothing happens there. */
export const idleMs = 5000

/** What a subscription sees when it decides what to do. Times are milliseconds. */
export interface SubscriptionFacts {
  readonly now: number
  readonly startedMs: number
  /** When the last event was pushed; `undefined` if none was. */
  readonly pushedMs: number | undefined
  /** Whether there is a record that was not pushed. */
  readonly behind: boolean
  /** Whether the shard is closed and every record was pushed. */
  readonly ended: boolean
  /** How long until the consumer may have more of this shard. */
  readonly throttledMs: number
}

export type SubscriptionStep =
  | { readonly kind: 'push' | 'end' }
  | { readonly kind: 'wait'; readonly ms: number }

/**
 * Events come as soon as there are records and the throughput allows it, otherwise in regular intervals without any; the
 * first one at once, so that a consumer knows where it stands.
 */
export function nextStep(facts: SubscriptionFacts): SubscriptionStep {
  const { now, startedMs, pushedMs, behind, ended, throttledMs } = facts
  const leftMs = startedMs + lifetimeMs - now
  if (leftMs <= 0) return { kind: 'end' }
  if (ended || (behind && throttledMs <= 0)) return { kind: 'push' }
  const idleLeftMs = pushedMs === undefined ? 0 : Math.min(idleMs, pushedMs + idleMs - now)
  const dueMs = behind ? throttledMs : idleLeftMs
  return dueMs <= 0 ? { kind: 'push' } : { kind: 'wait', ms: Math.min(dueMs, leftMs) }
}
