import type { Clock } from '../../src/contract/clock.ts'
import { TokenBucket } from './token-bucket.ts'

/** What a shard grants to all its shared readers together. */
const callsPerSecond = 5
const bytesPerSecond = 2 * 2 ** 20

/** Keeps the readers of one shard within what AWS grants it. */
export interface ShardPace {
  /** Resolves when a call is allowed, and counts it; or at once when `signal` is aborted. */
  call(clock: Clock, signal: AbortSignal): Promise<void>
  /** Counts what a call brought. */
  received(sizeBytes: number, now: number): void
  release(): void
}

/** No limit, for a service of one's own. */
export const unpaced: ShardPace = { call: () => Promise.resolve(), received: () => {}, release: () => {} }

interface SharedBuckets {
  readonly calls: TokenBucket
  readonly bytes: TokenBucket
  readers: number
}

/** The buckets of every shard that this process reads, whichever job or source reads it. */
export class ShardPaces {
  readonly #shards = new Map<string, SharedBuckets>()

  /** The pace of a shard, to be released by each who asked for it. */
  of(streamArn: string, shard: string): ShardPace {
    const key = `${streamArn}/${shard}`
    const buckets = this.#shards.get(key) ?? {
      // One call at once, so that calls are spread over the second; bytes as a shard grants them.
      calls: new TokenBucket(callsPerSecond, 1),
      bytes: new TokenBucket(bytesPerSecond, bytesPerSecond),
      readers: 0,
    }
    buckets.readers++
    this.#shards.set(key, buckets)
    return {
      call: (clock, signal) => allowed(buckets, clock, signal),
      received: (sizeBytes, now) => buckets.bytes.spend(sizeBytes, now),
      release: () => {
        if (--buckets.readers === 0) this.#shards.delete(key)
      },
    }
  }
}

/** Shared by all sources of the process, since they share what the shard grants. */
export const processPaces = new ShardPaces()

async function allowed(buckets: SharedBuckets, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = clock.now()
    // One byte: any room at all will do, for what comes is not known yet.
    const waitMs = Math.max(buckets.calls.waitMs(1, now), buckets.bytes.waitMs(1, now))
    if (waitMs <= 0) return buckets.calls.spend(1, now)
    await clock.sleep(Math.ceil(waitMs), signal)
  }
}
