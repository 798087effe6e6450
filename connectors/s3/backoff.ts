import type { Random } from '../../src/contract/clock.ts'

const firstMs = 100
const longestMs = 10_000

/**
 * How long to wait after the n-th failure in a row (n from 1): anything up to a bound that doubles each time, "full
 * jitter", so that writers that were throttled together do not come back together.
 */
export function backoffMs(failures: number, random: Random): number {
  const bound = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.ceil(random() * bound)
}
