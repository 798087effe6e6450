import type { Page, ReadingWatch } from './page.ts'
import type { SimulatedStream } from './simulated-stream.ts'
import type { World } from './world.ts'

/**
 * Checks that a stream is read as it must be: a child after its parents, from its first record on, and nothing by an
 * iterator that would skip what came before it was made.
 */
export class ReadingChecks implements ReadingWatch {
  readonly #world: World
  readonly #stream: SimulatedStream
  readonly #isFinished: (shard: string) => boolean
  readonly #ended = new Set<string>()

  /** @param isFinished Whether the last checkpoint has the shard as read to its end. */
  constructor(world: World, stream: SimulatedStream, isFinished: (shard: string) => boolean) {
    this.#world = world
    this.#stream = stream
    this.#isFinished = isFinished
  }

  begins(process: string, id: string, type: string): void {
    if (type === 'LATEST' || type === 'AT_TIMESTAMP')
      this.#world.breaks(`${process} reads ${id} from ${type}, which skips records`)
    const unread = this.#stream.shards
      .get(id)!
      .parents.find((parent) => !this.#ended.has(`${process} ${parent}`) && !this.#isFinished(parent))
    if (unread !== undefined)
      this.#world.breaks(`${process} reads ${id} before its parent ${unread} is read to its end`)
  }

  received(process: string, shard: string, { ended }: Page): void {
    if (ended) this.#ended.add(`${process} ${shard}`)
  }
}
