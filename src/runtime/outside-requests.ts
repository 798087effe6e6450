import {
  deleteRequest,
  type OperatorRequest,
  readRequest,
  requestsAmong,
} from '../checkpoint/operator-requests.ts'
import { requestsFolder, takeRequest } from '../checkpoint/requested-checkpoints.ts'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'

/**
 * What is asked of operators from outside. A request is done between two batches and named in the next checkpoint; it is
 * deleted when that is published, and only then forgotten. So one that is there and was done is known by the checkpoint
 * that a run begins with, however the run before it ended.
 */
export class OutsideRequests {
  readonly #store: CheckpointStore
  /** Done, and perhaps still there. */
  readonly #done: Set<string>
  /** All that this run has seen: a listing may be older than a deletion. */
  readonly #seen: Set<string>
  #waiting: OperatorRequest[] = []

  /** @param done What the checkpoint names that the run begins with. */
  constructor(store: CheckpointStore, done: readonly string[] = []) {
    this.#store = store
    this.#done = new Set(done)
    this.#seen = new Set(done)
  }

  /** Looks for requests. Gives whether a checkpoint is asked for. */
  async look(): Promise<boolean> {
    const names = await this.#store.list(requestsFolder)
    for (const id of requestsAmong(names)) {
      if (this.#seen.has(id)) continue
      const request = await readRequest(this.#store, id)
      // Nobody can do what cannot be read, and whoever waits for it should not wait for ever.
      if (request === undefined) await deleteRequest(this.#store, id)
      else this.#waiting.push(request)
      this.#seen.add(id)
    }
    return takeRequest(this.#store, names)
  }

  /** The requests that wait, in their order: from now on they count as done. */
  take(): readonly OperatorRequest[] {
    if (this.#waiting.length === 0) return []
    const taken = this.#waiting
    this.#waiting = []
    for (const { id } of taken) this.#done.add(id)
    return taken
  }

  /** What a checkpoint has to name. */
  get done(): readonly string[] {
    return [...this.#done]
  }

  /** A checkpoint that names these is published. */
  async published(done: readonly string[]): Promise<void> {
    for (const id of done) {
      await deleteRequest(this.#store, id)
      this.#done.delete(id)
    }
  }
}
