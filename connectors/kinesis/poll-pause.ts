/** What the last call showed. */
export interface LastPoll {
  readonly records: number
  readonly behindMs: number
}

const shortestIdleMs = 200
const longestIdleMs = 1000
const trickleMs = 50

/**
 * How long to pause before the next call, on top of what the shard's pace demands. Behind: not at all. Caught up, with
 * records coming: just long enough that they come in handfuls. Caught up and quiet: ever longer, up to a second, so
 * that the calls of the shard are left to others.
 */
export function pauseAfter(last: LastPoll | undefined, previousPauseMs: number): number {
  if (last === undefined || last.behindMs > 0) return 0
  if (last.records > 0) return trickleMs
  return Math.min(longestIdleMs, Math.max(shortestIdleMs, previousPauseMs * 2))
}
