import type { Batch, Element } from '../contract/element.ts'
import type { CommitPermit, Committable, SinkWriter, Staged } from '../contract/sink.ts'
import { type MillraceError, millraceError, type Where } from '../errors.ts'
import { failedFunction } from '../observe/failed-function.ts'
import { placeOf } from './batching-output.ts'
import type { ChainContext } from './chain-context.ts'
import { failedAt } from './failed-value.ts'

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

  readonly take = (element: Element<unknown>, onRefused: ChainContext['onRefused']): void => {
    if (element.kind === 'batch') this.#write(element, onRefused)
    else if (element.kind === 'watermark') this.#writer.watermark?.(element.timestamp)
    else if (element.kind === 'end') this.#ended = true
    else if (element.kind === 'barrier') {
      this.#staging = this.#writer.stage(this.#ended, element.epoch)
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

  /** See {@link SinkWriter.unsettled}. */
  get unsettled(): boolean {
    return this.#writer.unsettled === true
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  #write({ values, timestamps, whereIs }: Batch<unknown>, onRefused: ChainContext['onRefused']): void {
    let ending: MillraceError | undefined
    const located = (error: unknown) => {
      const failure = millraceError(error)
      // Of several rows nobody knows which record each came from.
      const where = values.length === 1 ? whereIs?.(0) : placeOf(whereIs?.(0))
      return failure.at({ sink: this.name, ...functionOf(failure), ...where })
    }
    const onInvalid = (invalid: MillraceError, index: number) => {
      const [value, error] = [values[index], located(invalid)]
      if (onRefused === undefined) {
        ending = failedAt(error, value)
        throw ending
      }
      this.written -= 1
      onRefused({ operator: this.name, value, timestamp: timestamps[index]!, error })
    }
    try {
      this.#writer.write(values, timestamps, onInvalid)
      this.written += values.length
    } catch (error) {
      throw error === ending ? error : located(error)
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

/** Of a row that a function of the job failed on, such as that which gives its partition. */
function functionOf({ cause }: MillraceError): Where {
  const place = failedFunction(cause)
  return place === undefined ? {} : { function: place }
}
