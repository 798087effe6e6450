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
  /** How many records there were before those that may be taken back. */
  #kept: number | undefined

  constructor(emit: (element: Element<unknown>) => void) {
    this.#emit = emit
  }

  readonly process: Emit<unknown> = (value, timestamp) => {
    this.#values.push(value)
    this.#timestamps.push(timestamp)
    if (this.#values.length >= recordsPerBatch && this.#kept === undefined) this.flush()
  }

  /** From now on nothing leaves, and what comes may be taken back. */
  hold(): void {
    this.#kept = this.#values.length
  }

  takeBack(): void {
    this.#values.length = this.#kept!
    this.#timestamps.length = this.#kept!
  }

  letGo(): void {
    this.#kept = undefined
    if (this.#values.length >= recordsPerBatch) this.flush()
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

/** The place of all records of a batch, from that of one of them. */
export function placeOf(where: Where | undefined): Where | undefined {
  if (where === undefined) return undefined
  const { sequenceNumber: _own, ...common } = where
  return common
}
