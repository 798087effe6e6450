import type { Committable } from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'
import { type Chunk, chunkFrom } from './chunk.ts'

/** The state of a sink: one part for each chunk that is not known to have arrived. */
const schema = 1

/** The chunks that a checkpoint holds until they have arrived in the stream. */
export class Outbox {
  #waiting: readonly Chunk[] = []
  /** Names of those that have arrived: what a checkpoint gave back, and the last of this run. */
  readonly #arrived = new Map<string, number>()

  /** @throws MillraceError `CHECKPOINT_INCOMPATIBLE` for the state of another kind or version of sink. */
  constructor(restored: Snapshot | undefined) {
    if (restored === undefined) return
    if (restored.schema !== schema)
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of version ${restored.schema} for this sink, not ${schema}`,
      )
    this.#waiting = restored.parts.map(chunkFrom)
  }

  add(chunk: Chunk): void {
    this.#waiting = [...this.#waiting, chunk]
  }

  get state(): Snapshot {
    return { schema, parts: this.#waiting.map(({ bytes }) => bytes) }
  }

  get committables(): readonly Committable[] {
    return this.#waiting.map(({ producer, number }) => ({ producer, chunk: number }))
  }

  /** Calls `put` with each chunk that committables name, one after the other, unless it has arrived. */
  async putAll(committables: readonly Committable[], put: (chunk: Chunk) => Promise<void>): Promise<void> {
    for (const { producer, chunk: number } of committables as readonly {
      producer: string
      chunk: number
    }[]) {
      if (number <= (this.#arrived.get(producer) ?? -1)) continue
      const chunk = this.#waiting.find((one) => one.producer === producer && one.number === number)
      if (chunk === undefined)
        throw new MillraceError(
          'CHECKPOINT_CORRUPT',
          `records ${producer}/${number} wait to be put but are not there`,
        )
      await put(chunk)
      this.#arrived.set(producer, number)
      this.#waiting = this.#waiting.filter((one) => one !== chunk)
    }
  }
}
