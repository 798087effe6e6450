import type { ListedShard } from './kinesis-api.ts'
import { pauseAfterLook } from './late-listing.ts'
import type { ShardToRead } from './reading.ts'
import { shardHole } from './stream-facts.ts'

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

  /** How long to wait before the end is asked for again; `undefined` if it is not in doubt. */
  get pauseMs(): number | undefined {
    return pauseAfterLook(this.#doubtfulEnds)
  }

  /** @throws MillraceError `SHARD_HOLE` when for a minute nothing continues the shard. */
  async believed(children: readonly ListedShard[]): Promise<boolean> {
    const hole = await this.#shard.holeAfter(children)
    if (hole === undefined) return true
    this.#doubtfulEnds++
    if (this.pauseMs !== undefined) return false
    throw shardHole(hole, this.#stream)
  }

  /** The shard goes on, or its end was believed. */
  settled(): void {
    this.#doubtfulEnds = 0
  }
}
