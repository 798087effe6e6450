/** ListShards may lag behind splits and merges, by seconds on a bad day. Lags of this length are no loss. */
const pausesMs = [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]

/**
 * How long to wait before looking again for a shard that should be there, after so many looks in vain; `undefined` when
 * it was waited for long enough, a minute in all, and is not there.
 */
export function pauseAfterLook(looks: number): number | undefined {
  return pausesMs[looks - 1]
}
