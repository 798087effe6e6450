import { type CheckpointStore, MillraceError } from 'millrace'

/** A checkpoint store as one process sees it: once that has died, the process publishes and reads nothing any more. */
export class MortalStore implements CheckpointStore {
  readonly description = 'memory, of a process that may die'
  readonly #store: CheckpointStore
  #dead = false

  constructor(store: CheckpointStore) {
    this.#store = store
  }

  die(): void {
    this.#dead = true
  }

  async writeOnce(name: string, content: Uint8Array): Promise<'written' | 'taken'> {
    return this.#alive.writeOnce(name, content)
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#alive.read(name)
  }

  async list(prefix: string): Promise<string[]> {
    return this.#alive.list(prefix)
  }

  async delete(name: string): Promise<void> {
    return this.#alive.delete(name)
  }

  get #alive(): CheckpointStore {
    if (this.#dead) throw new MillraceError('JOB_FENCED', 'the process has died')
    return this.#store
  }
}
