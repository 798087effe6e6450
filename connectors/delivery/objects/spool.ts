import type { Committable } from '../../../src/contract/sink.ts'
import { Lanes } from './lanes.ts'
import type { FinishedFile } from './open-file.ts'

/** More finished rows than this are not held in memory: the writer has no room until they are staged. */
const roomBytes = 64 * 2 ** 20

/** Stages finished files, some at the same time, while more rows come. */
export class Spool {
  readonly #stage: (file: FinishedFile) => Promise<Committable>
  readonly #lanes: Lanes
  readonly #waiting = new Set<Promise<unknown>>()
  #added: Promise<Committable | undefined>[] = []
  #waitingBytes = 0
  /** Set once: after it nothing is staged any more, and the job has to start again from its checkpoint. */
  #failure: { readonly error: unknown } | undefined

  constructor(lanes: number, stage: (file: FinishedFile) => Promise<Committable>) {
    this.#lanes = new Lanes(lanes)
    this.#stage = stage
  }

  add(file: FinishedFile): void {
    this.#waitingBytes += file.sizeBytes
    const staging = this.#lanes.run(() => this.#stageNext(file))
    this.#added.push(staging)
    this.#waiting.add(staging)
    void staging.then(() => this.#waiting.delete(staging))
  }

  /** Resolves when there is room for more rows; rejects when a file could not be staged. */
  room(): Promise<void> | undefined {
    if (this.#failure === undefined && this.#waitingBytes <= roomBytes) return undefined
    return this.#orFailure(this.settled())
  }

  /** What was staged of all files that were added since the last call, in their order. */
  async take(): Promise<readonly Committable[]> {
    const staged: Committable[] = []
    const added = this.#added.splice(0)
    await this.#orFailure(Promise.all(added).then((all) => staged.push(...all.filter(isStaged))))
    return staged
  }

  /** Resolves when nothing is being staged any more, whether or not it went well. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  async #orFailure(waiting: Promise<unknown>): Promise<void> {
    await waiting
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #stageNext(file: FinishedFile): Promise<Committable | undefined> {
    if (this.#failure !== undefined) return undefined
    try {
      const staged = await this.#stage(file)
      this.#waitingBytes -= file.sizeBytes
      return staged
    } catch (error) {
      this.#failure = { error }
      return undefined
    }
  }
}

function isStaged(staged: Committable | undefined): staged is Committable {
  return staged !== undefined
}
