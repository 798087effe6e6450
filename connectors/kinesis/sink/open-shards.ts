import type { ListedShard } from '../kinesis-api.ts'
import { hexadecimal } from '../kpl/hash-key.ts'

interface OpenShard {
  readonly id: string
  readonly start: string
  readonly end: string
}

/** The open shards of a stream: where a record will go, as far as is known. */
export class OpenShards {
  /** In the order of their hash keys. */
  readonly #shards: readonly OpenShard[]
  readonly #byId: ReadonlyMap<string, OpenShard>

  constructor(listed: readonly ListedShard[]) {
    const shards = listed.map(({ id, range }) => ({
      id,
      start: hexadecimal(range.start),
      end: hexadecimal(range.end),
    }))
    this.#shards = shards.sort((a, b) => (a.start < b.start ? -1 : 1))
    this.#byId = new Map(this.#shards.map((shard) => [shard.id, shard]))
  }

  get ids(): readonly string[] {
    return this.#shards.map(({ id }) => id)
  }

  /** The place of a hash key's shard among the open ones, from 0. */
  placeOf(hashKey: string): number {
    let [low, high] = [0, this.#shards.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#shards[middle]!.start <= hashKey) low = middle
      else high = middle - 1
    }
    return low
  }

  shardOf(hashKey: string): string {
    return this.#shards[this.placeOf(hashKey)]!.id
  }

  /** Whether a shard is open and has a hash key. */
  holds(shard: string, hashKey: string): boolean {
    const known = this.#byId.get(shard)
    return known !== undefined && hashKey >= known.start && hashKey <= known.end
  }
}
