import type { OpenShards } from './open-shards.ts'
import { type Queued, type QueueRules, ShardQueue } from './shard-queue.ts'

/** A queue for each open shard. */
export class ShardQueues {
  readonly #rules: QueueRules
  #shards: OpenShards
  #byShard = new Map<string, ShardQueue>()
  #inTurn: readonly ShardQueue[] = []

  constructor(shards: OpenShards, rules: QueueRules) {
    this.#rules = rules
    this.#shards = shards
    this.#open()
  }

  get shards(): OpenShards {
    return this.#shards
  }

  /** Those that were served last come last. */
  get inTurn(): readonly ShardQueue[] {
    return this.#inTurn
  }

  add(queued: Queued): void {
    this.#byShard.get(this.#shards.shardOf(queued.record.hashKey))!.add(queued)
  }

  served(queues: ReadonlySet<ShardQueue>): void {
    this.#inTurn = [...this.#inTurn.filter((queue) => !queues.has(queue)), ...queues]
  }

  /** How long until one of them can give anything. */
  waitMs(now: number): number {
    return this.#inTurn.reduce((least, queue) => Math.min(least, queue.waitMs(now)), Number.POSITIVE_INFINITY)
  }

  /**
   * Makes queues for other shards and gives what waited, to be added anew. Records of a key waited in one queue, and do
   * so again, in the same order.
   */
  adopt(shards: OpenShards): readonly Queued[] {
    const waiting = this.#inTurn.flatMap((queue) => queue.drain())
    this.#shards = shards
    this.#open()
    return waiting
  }

  /** A shard that is still open keeps its pace and its pauses. */
  #open(): void {
    const before = this.#byShard
    this.#byShard = new Map(
      this.#shards.ids.map((id) => [id, before.get(id) ?? new ShardQueue(id, this.#rules)]),
    )
    this.#inTurn = [...this.#byShard.values()]
  }
}
