import type { Random } from '../../../src/contract/clock.ts'

const firstMs = 1_000
const longestMs = 120_000
/** By how much chance makes a wait shorter or longer at the most. */
const spread = 0.15

/** What is known after an attempt that failed. */
export interface RetryFacts {
  /** Attempts that have failed, from 1. */
  readonly failures: number
  /** How long the waits between them were in all; what the destination took to answer does not count. */
  readonly waitedMs: number
  /** How long they may be. */
  readonly forMs: number
  /** How long the destination asked to be left alone. */
  readonly retryAfterMs?: number | undefined
}

/** Whether to try again, and after how long: Firehose's rule, 1 s · 2^n up to 120 s, 15 % more or less by chance. */
export function nextAttempt(facts: RetryFacts, random: Random): { readonly afterMs: number } | 'give-up' {
  const leftMs = facts.forMs - facts.waitedMs
  if (leftMs <= 0) return 'give-up'
  const doubled = Math.min(longestMs, firstMs * 2 ** Math.min(facts.failures - 1, 30))
  const byChance = Math.min(longestMs, doubled * (1 + spread * (2 * random() - 1)))
  const wantedMs = Math.max(byChance, Math.min(longestMs, facts.retryAfterMs ?? 0))
  return { afterMs: Math.ceil(Math.min(leftMs, wantedMs)) }
}
