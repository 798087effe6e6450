import type { Element } from '../contract/element.ts'
import type { Emit } from '../contract/operator.ts'
import type { Where } from '../errors.ts'

/** How many records a batch holds at the most. From about a thousand on, what a batch costs no longer shows. */
const recordsPerBatch = 1024

/** Collects the records that leave a chain into batches, in order with everything else that leaves it. */
export class BatchingOutput {
  /** The split of the records that are processed at the moment. */
  split: string | undefined
  readonly #emit: (element: Element<unknown>) => void
  #values: unknown[] = []
  #timestamps: number[] = []
  #where: Where | undefined

  constructor(emit: (element: Element<unknown>) => void) {
    this.#emit = emit
  }

  readonly process: Emit<unknown> = (value, timestamp) => {
    this.#values.push(value)
    this.#timestamps.push(timestamp)
    if (this.#values.length === recordsPerBatch) this.flush()
  }

  /** What comes next is from there, as far as that holds for all of it; `undefined` if from everywhere. */
  from(where: Where | undefined): void {
    if (where === this.#where) return
    this.flush()
    this.#where = where
  }

  get where(): Where | undefined {
    return this.#where
  }

  flush(): void {
    const values = this.#values
    const timestamps = this.#timestamps
    if (values.length === 0) return
    this.#values = []
    this.#timestamps = []
    const [split, where] = [this.split, this.#where]
    this.#emit({ kind: 'batch', split, values, timestamps, ...(where && { whereIs: () => where }) })
  }

  send(element: Element<unknown>): void {
    this.flush()
    this.#emit(element)
  }
}
