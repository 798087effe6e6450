import type { Element } from '../contract/element.ts'
import type { Emit } from '../contract/operator.ts'

/** How many records a batch holds at the most. From about a thousand on, what a batch costs no longer shows. */
const recordsPerBatch = 1024

/** Collects the records that leave a chain into batches, in order with everything else that leaves it. */
export class BatchingOutput {
  /** The split of the records that are processed at the moment. */
  split: string | undefined
  readonly #emit: (element: Element<unknown>) => void
  #values: unknown[] = []
  #timestamps: number[] = []

  constructor(emit: (element: Element<unknown>) => void) {
    this.#emit = emit
  }

  readonly process: Emit<unknown> = (value, timestamp) => {
    this.#values.push(value)
    this.#timestamps.push(timestamp)
    if (this.#values.length === recordsPerBatch) this.flush()
  }

  flush(): void {
    const values = this.#values
    const timestamps = this.#timestamps
    if (values.length === 0) return
    this.#values = []
    this.#timestamps = []
    this.#emit({ kind: 'batch', split: this.split, values, timestamps })
  }

  send(element: Element<unknown>): void {
    this.flush()
    this.#emit(element)
  }
}
