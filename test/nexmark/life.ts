import { type CheckpointStore, MillraceError } from 'millrace'
import type { Sink, SinkWriter } from '../../src/contract/sink.ts'

/**
 * The life of a process. It is made of steps, and it ends at one of them: what the process has in memory is lost, and
 * nothing that it still tries gets through. A call to something outside is two steps, since a process may also die when
 * the call has had its effect, but before it knows.
 */
export class Life {
  readonly #lastStep: number
  steps = 0

  constructor(lastStep = Number.POSITIVE_INFINITY) {
    this.#lastStep = lastStep
  }

  get over(): boolean {
    return this.steps >= this.#lastStep
  }

  readonly step = (): void => {
    if (!this.over) this.steps += 1
    if (this.over) throw new MillraceError('JOB_FENCED', 'the process has died')
  }

  async #call<T>(effect: () => Promise<T>): Promise<T> {
    this.step()
    const result = await effect()
    this.step()
    return result
  }

  /** A store as this process reaches it. */
  storeOf(store: CheckpointStore): CheckpointStore {
    return {
      description: store.description,
      writeOnce: (name, content) => this.#call(() => store.writeOnce(name, content)),
      read: (name) => this.#call(() => store.read(name)),
      list: (prefix) => this.#call(() => store.list(prefix)),
      delete: (name) => this.#call(() => store.delete(name)),
    }
  }

  /** A sink as this process reaches it. */
  sinkOf<T>(sink: Sink<T>): Sink<T> {
    return {
      ...sink,
      open: async (context, restored) => this.#writerOf(await this.#call(() => sink.open(context, restored))),
    }
  }

  #writerOf<T>(writer: SinkWriter<T>): SinkWriter<T> {
    return {
      ...writer,
      write: (...results) => {
        this.step()
        writer.write(...results)
      },
      stage: (...given) => this.#call(() => writer.stage(...given)),
      commit: (...given) => this.#call(() => writer.commit(...given)),
    }
  }
}
