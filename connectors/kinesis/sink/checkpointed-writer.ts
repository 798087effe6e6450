import type { Committable, OnInvalid, SinkWriter, Staged } from '../../../src/contract/sink.ts'
import type { ChunkWriter } from './chunk.ts'
import type { OutgoingRecord } from './outgoing-record.ts'
import type { StreamInlet } from './stream-inlet.ts'

/** Records are packed when they weigh so much, not all at once when the checkpoint waits for them. */
const packBytes = 4 * 2 ** 20

/** Keeps records until a checkpoint holds them, then puts them, under the same ids however often. */
export class CheckpointedWriter<T> implements SinkWriter<T> {
  readonly #inlet: StreamInlet<T>
  readonly #chunks: ChunkWriter
  readonly #requestCheckpoint: () => void
  #loose: OutgoingRecord[] = []
  #looseBytes = 0
  /** Since the last checkpoint, loose or packed. */
  #newBytes = 0
  #asked = false

  constructor(inlet: StreamInlet<T>, chunks: ChunkWriter, requestCheckpoint: () => void) {
    this.#inlet = inlet
    this.#chunks = chunks
    this.#requestCheckpoint = requestCheckpoint
  }

  write(values: readonly T[], _timestamps: readonly number[], onInvalid?: OnInvalid): void {
    for (const record of this.#inlet.recordsOf(values, onInvalid)) {
      this.#loose.push(record)
      this.#looseBytes += record.heldBytes
      this.#newBytes += record.heldBytes
      this.#inlet.room.take(record.heldBytes)
      if (this.#looseBytes >= packBytes) this.#pack()
    }
    // Half of the room: the other half is for what comes while those are put.
    if (this.#asked || this.#newBytes < this.#inlet.room.limitBytes / 2) return
    this.#asked = true
    this.#requestCheckpoint()
  }

  ready(): Promise<void> | undefined {
    return this.#inlet.ready()
  }

  async stage(): Promise<Staged> {
    this.#pack()
    this.#newBytes = 0
    this.#asked = false
    const { committables, state } = this.#inlet.outbox
    return { committables, state }
  }

  commit(committables: readonly Committable[]): Promise<void> {
    return this.#inlet.put(committables)
  }

  close(): Promise<void> {
    return this.#inlet.close()
  }

  /** From here on the chunk is what is held. */
  #pack(): void {
    if (this.#loose.length === 0) return
    const chunk = this.#chunks.write(this.#loose, this.#inlet.shards)
    this.#inlet.outbox.add(chunk)
    this.#inlet.room.take(chunk.bytes.length)
    this.#inlet.room.give(this.#looseBytes)
    this.#loose = []
    this.#looseBytes = 0
  }
}
