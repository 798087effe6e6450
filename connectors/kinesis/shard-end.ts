import type { ListedShard } from './kinesis-api.ts'
import type { ShardToRead } from './reading.ts'
import { shardHole } from './stream-facts.ts'

/** So often an end that no shard continues is asked for again: a child may be listed a moment late. */
const looksForChildren = 3

/**
 * Whether a shard has ended, when the service says so. A closed shard has children. An end without any may be a wrong
 * answer, and believing it would leave the rest of the shard unread: the same place is read again.
 */
export class ShardEnd {
  readonly #shard: Pick<ShardToRead, 'holeAfter'>
  readonly #stream: string
  #doubtfulEnds = 0

  constructor(shard: Pick<ShardToRead, 'holeAfter'>, stream: string) {
    this.#shard = shard
    this.#stream = stream
  }

  /** The service has said so, and nothing continued the shard. */
  get doubtful(): boolean {
    return this.#doubtfulEnds > 0
  }

  /** @throws MillraceError `SHARD_HOLE` when the service stays with an end that nothing continues. */
  async believed(children: readonly ListedShard[]): Promise<boolean> {
    const hole = await this.#shard.holeAfter(children)
    if (hole === undefined) return true
    this.#doubtfulEnds++
    if (this.#doubtfulEnds < looksForChildren) return false
    throw shardHole(hole, this.#stream)
  }

  /** The shard goes on, or its end was believed. */
  settled(): void {
    this.#doubtfulEnds = 0
  }
}
