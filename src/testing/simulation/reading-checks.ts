import type { SimulatedShard } from './simulated-stream.ts'
import type { World } from './world.ts'

/**
 * Checks that a stream is read as it must be: a child after its parents, from its first record on, and nothing by an
 * iterator that would skip what came before it was made.
 */
export class ReadingChecks {
  readonly #world: World
  readonly #isFinished: (shard: string) => boolean
  readonly #ended = new Set<string>()

  /** @param isFinished Whether the last checkpoint has the shard as read to its end. */
  constructor(world: World, isFinished: (shard: string) => boolean) {
    this.#world = world
    this.#isFinished = isFinished
  }

  /** A process begins to read a shard, or goes on with it. */
  begins(process: string, { id, parents }: SimulatedShard, type: string): void {
    if (type === 'LATEST' || type === 'AT_TIMESTAMP')
      this.#world.breaks(`${process} reads ${id} from ${type}, which skips records`)
    const unread = parents.find(
      (parent) => !this.#ended.has(`${process} ${parent}`) && !this.#isFinished(parent),
    )
    if (unread !== undefined)
      this.#world.breaks(`${process} reads ${id} before its parent ${unread} is read to its end`)
  }

  /** A process has the answer to a GetRecords. */
  received(process: string, iterator: string, output: object): void {
    if ((output as { NextShardIterator?: string }).NextShardIterator === undefined)
      this.ended(process, iterator.split(' ')[0]!)
  }

  /** A process has been told that a shard has ended. */
  ended(process: string, shard: string): void {
    this.#ended.add(`${process} ${shard}`)
  }
}
