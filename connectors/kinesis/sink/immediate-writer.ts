import type { Committable, OnInvalid, SinkWriter, Staged } from '../../../src/contract/sink.ts'
import type { StreamInlet } from './stream-inlet.ts'

/** Puts records as they come. A checkpoint waits for those before it, and holds none. */
export class ImmediateWriter<T> implements SinkWriter<T> {
  readonly #inlet: StreamInlet<T>
  readonly #underWay = new Set<Promise<void>>()

  constructor(inlet: StreamInlet<T>) {
    this.#inlet = inlet
  }

  write(values: readonly T[], _timestamps: readonly number[], onInvalid?: OnInvalid): void {
    const records = [...this.#inlet.recordsOf(values, onInvalid)]
    for (const { heldBytes } of records) this.#inlet.room.take(heldBytes)
    const delivery = this.#inlet.deliver(records)
    this.#underWay.add(delivery)
    delivery.then(() => this.#underWay.delete(delivery)).catch(() => {})
  }

  ready(): Promise<void> | undefined {
    return this.#inlet.ready()
  }

  async stage(): Promise<Staged> {
    await Promise.all(this.#underWay)
    const { committables, state } = this.#inlet.outbox
    return { committables, state }
  }

  /** Nothing, but for what a checkpoint of the time before, with another `delivery`, has left. */
  commit(committables: readonly Committable[]): Promise<void> {
    return this.#inlet.put(committables)
  }

  close(): Promise<void> {
    return this.#inlet.close()
  }
}
