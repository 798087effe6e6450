const shortestMs = 86_400_000

/** What the account has promised to pay at the least, which opens warm throughput. */
export interface Commitment {
  /** `null` if there never was one. */
  readonly startedMs: number | null
  /** When it ends or ended; `null` if nobody has asked for that. */
  readonly endMs: number | null
}

export type CommitmentStatus = 'ENABLED' | 'DISABLED' | 'ENABLED_UNTIL_EARLIEST_ALLOWED_END'

export const neverCommitted: Commitment = { startedMs: null, endMs: null }

export function statusOf({ startedMs, endMs }: Commitment, now: number): CommitmentStatus {
  if (startedMs === null || (endMs !== null && endMs <= now)) return 'DISABLED'
  return endMs === null ? 'ENABLED' : 'ENABLED_UNTIL_EARLIEST_ALLOWED_END'
}

/** It lasts a day at the least; one that is ended earlier goes on until then. */
export function earliestEndMs(startedMs: number): number {
  return startedMs + shortestMs
}

/** The commitment after it was asked to be so. One that runs already goes on from its start. */
export function changedTo(wanted: 'ENABLED' | 'DISABLED', commitment: Commitment, now: number): Commitment {
  const { startedMs } = commitment
  const runs = startedMs !== null && statusOf(commitment, now) !== 'DISABLED'
  if (wanted === 'ENABLED') return { startedMs: runs ? startedMs : now, endMs: null }
  return runs ? { startedMs, endMs: commitment.endMs ?? Math.max(now, earliestEndMs(startedMs)) } : commitment
}
