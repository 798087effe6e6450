import type { Element } from '../contract/element.ts'
import type { CommitPermit, Committable, SinkWriter, Staged } from '../contract/sink.ts'
import { millraceError } from '../errors.ts'

/** Hands what reaches a sink to its writer. */
export class SinkTask {
  readonly name: string
  written = 0
  readonly #writer: SinkWriter<unknown>
  #ended = false
  #staging: Promise<Staged> | undefined

  constructor(name: string, writer: SinkWriter<unknown>) {
    this.name = name
    this.#writer = writer
  }

  readonly take = (element: Element<unknown>): void => {
    if (element.kind === 'batch') this.#write(element.values, element.timestamps)
    else if (element.kind === 'watermark') this.#writer.watermark?.(element.timestamp)
    else if (element.kind === 'end') this.#ended = true
    else if (element.kind === 'barrier') {
      this.#staging = this.#writer.stage(this.#ended)
      // A failure is met where the checkpoint awaits it; until then it must not count as unhandled.
      this.#staging.catch(() => {})
    }
  }

  /** What the writer staged for the barrier that has just passed. */
  staged(): Promise<Staged> {
    return this.#located(this.#staging!)
  }

  ready(): Promise<void> | undefined {
    const ready = this.#writer.ready()
    return ready && this.#located(ready)
  }

  commit(committables: readonly Committable[], permit: CommitPermit): Promise<void> {
    return this.#located(this.#writer.commit(committables, permit))
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  #write(values: readonly unknown[], timestamps: readonly number[]): void {
    try {
      this.#writer.write(values, timestamps)
      this.written += values.length
    } catch (error) {
      throw millraceError(error).at({ sink: this.name })
    }
  }

  async #located<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise
    } catch (error) {
      throw millraceError(error).at({ sink: this.name })
    }
  }
}
