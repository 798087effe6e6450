import type { Committable } from '../../../src/contract/sink.ts'
import type { FinishedFile } from './open-file.ts'

/** More finished rows than this are not held in memory: the writer has no room until they are staged. */
const roomBytes = 64 * 2 ** 20

/** Stages finished files one after the other, while more rows come. */
export class Spool {
  readonly #stage: (file: FinishedFile) => Promise<Committable>
  #queue: Promise<void> = Promise.resolve()
  #staged: Committable[] = []
  #added = 0
  #waitingBytes = 0
  /** Set once: after it nothing is staged any more, and the job has to start again from its checkpoint. */
  #failure: { readonly error: unknown } | undefined

  constructor(stage: (file: FinishedFile) => Promise<Committable>) {
    this.#stage = stage
  }

  add(file: FinishedFile): void {
    this.#added++
    this.#waitingBytes += file.sizeBytes
    this.#queue = this.#queue.then(() => this.#stageNext(file))
  }

  /** Resolves when there is room for more rows; rejects when a file could not be staged. */
  room(): Promise<void> | undefined {
    if (this.#failure === undefined && this.#waitingBytes <= roomBytes) return undefined
    return this.#orFailure(this.#queue)
  }

  /** What was staged of all files that were added since the last call, and of none that is added after this one. */
  async take(): Promise<readonly Committable[]> {
    const added = this.#added
    this.#added = 0
    await this.#orFailure(this.#queue)
    return this.#staged.splice(0, added)
  }

  /** Resolves when nothing is being staged any more, whether or not it went well. */
  async settled(): Promise<void> {
    await this.#queue
  }

  async #orFailure(queue: Promise<void>): Promise<void> {
    await queue
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #stageNext(file: FinishedFile): Promise<void> {
    if (this.#failure !== undefined) return
    try {
      this.#staged.push(await this.#stage(file))
      this.#waitingBytes -= file.sizeBytes
    } catch (error) {
      this.#failure = { error }
    }
  }
}
