import type { Committable, SinkWriter, Staged } from '../../../src/contract/sink.ts'
import type { ChunkWriter } from './chunk.ts'
import type { OutgoingRecord } from './outgoing-record.ts'
import type { StreamInlet } from './stream-inlet.ts'

/** Keeps records until a checkpoint holds them, then puts them, under the same ids however often. */
export class CheckpointedWriter<T> implements SinkWriter<T> {
  readonly #inlet: StreamInlet<T>
  readonly #chunks: ChunkWriter
  readonly #requestCheckpoint: () => void
  #kept: OutgoingRecord[] = []
  #keptBytes = 0
  #asked = false

  constructor(inlet: StreamInlet<T>, chunks: ChunkWriter, requestCheckpoint: () => void) {
    this.#inlet = inlet
    this.#chunks = chunks
    this.#requestCheckpoint = requestCheckpoint
  }

  write(values: readonly T[]): void {
    let bytes = 0
    for (const value of values) {
      const record = this.#inlet.recordOf(value)
      this.#kept.push(record)
      bytes += record.heldBytes
    }
    this.#keptBytes += bytes
    this.#inlet.room.take(bytes)
    // Half of the room: the other half is for what comes while those are put.
    if (this.#asked || this.#keptBytes < this.#inlet.room.limitBytes / 2) return
    this.#asked = true
    this.#requestCheckpoint()
  }

  ready(): Promise<void> | undefined {
    return this.#inlet.ready()
  }

  async stage(): Promise<Staged> {
    const { outbox, shards } = this.#inlet
    if (this.#kept.length > 0) {
      const chunk = this.#chunks.write(this.#kept, shards)
      outbox.add(chunk)
      // From here on the chunk is what is held.
      this.#inlet.room.take(chunk.bytes.length)
      this.#inlet.room.give(this.#keptBytes)
      this.#kept = []
      this.#keptBytes = 0
    }
    this.#asked = false
    const { committables, state } = outbox
    return { committables, state }
  }

  commit(committables: readonly Committable[]): Promise<void> {
    return this.#inlet.put(committables)
  }

  close(): Promise<void> {
    return this.#inlet.close()
  }
}
