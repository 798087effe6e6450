import type { HashKey } from './hash-key.ts'
import type { Shard } from './shard.ts'
import type { StreamDescription } from './stream-description.ts'

const hourMs = 3_600_000

/** One stream with its shards. */
export class LocalStream {
  readonly arn: string
  #description: StreamDescription
  #shards: readonly Shard[]
  /** In the order of their hash key ranges, which cover every key once. */
  #open: readonly Shard[]
  /** The first of the closed shards to expire was closed then; infinity if there is none. */
  #firstClosedMs: number
  #turn = 0

  constructor(description: StreamDescription, arn: string, shards: readonly Shard[]) {
    this.arn = arn
    this.#description = description
    this.#shards = shards
    this.#open = openOnes(shards)
    this.#firstClosedMs = firstClosedMs(description)
  }

  get name(): string {
    return this.#description.name
  }

  get description(): StreamDescription {
    return this.#description
  }

  /** Whether the records that come now are marked as encrypted. */
  get encrypted(): boolean {
    return this.#description.keyId !== null
  }

  /** All that have not expired, in the order of their ids, as lists show them. */
  get shards(): readonly Shard[] {
    return this.#shards
  }

  get open(): readonly Shard[] {
    return this.#open
  }

  /** From now on the stream is as described. Puts find either the shards before or these. */
  become(description: StreamDescription, shards: readonly Shard[]): void {
    this.#description = description
    this.#shards = shards
    this.#open = openOnes(shards)
    this.#firstClosedMs = firstClosedMs(description)
  }

  shardOf(shardId: string): Shard | undefined {
    return this.#shards.find(({ id }) => id === shardId)
  }

  /** Those that took its place when it ended. */
  childrenOf({ index }: Shard): readonly Shard[] {
    return this.#shards.filter(({ description }) => description.parents.includes(index))
  }

  /** The open shard whose range has the hash key. */
  route(key: HashKey): Shard {
    const open = this.#open
    let low = 0
    let high = open.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((open[middle] as Shard).range.end < key) low = middle + 1
      else high = middle
    }
    return open[low] as Shard
  }

  /** One open shard after the other, for records that any shard may take. */
  nextInTurn(): Shard {
    this.#turn = (this.#turn + 1) % this.#open.length
    return this.#open[this.#turn] as Shard
  }

  /** The time before which nothing is retained: a record that arrived earlier, a shard that closed earlier. */
  trimHorizonMs(now: number): number {
    const { retentionHours, expiredBeforeMs } = this.#description
    return Math.max(expiredBeforeMs, now - retentionHours * hourMs)
  }

  /** Whether closed shards have expired and are still among {@link shards}. */
  hasExpiredShards(now: number): boolean {
    return this.#firstClosedMs < this.trimHorizonMs(now)
  }

  /** Lets go of what has expired of a shard. */
  trim(shard: Shard, now: number): void {
    shard.log.trim(this.trimHorizonMs(now))
  }
}

function openOnes(shards: readonly Shard[]): readonly Shard[] {
  return shards.filter(({ open }) => open).sort((a, b) => (a.range.start < b.range.start ? -1 : 1))
}

function firstClosedMs({ shards }: StreamDescription): number {
  return shards.reduce(
    (first, { closedMs }) => (closedMs === null ? first : Math.min(first, closedMs)),
    Number.POSITIVE_INFINITY,
  )
}
