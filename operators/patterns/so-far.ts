import { MatchRows } from './match-rows.ts'
import { emptyState, type PatternState } from './partial-matches.ts'
import type { StepPart } from './parts.ts'

/**
 * What conditions get: the records of a partial match by the names of the steps, read only when they are asked for. One
 * object serves all conditions.
 */
export class SoFarView {
  /** For the conditions. */
  readonly records: object
  #state: PatternState = emptyState()
  #last = 0
  #step = -1

  constructor(steps: readonly StepPart[]) {
    const rows = new MatchRows(steps)
    this.records = {}
    for (const [step, { name, loop }] of steps.entries()) {
      const get = () => {
        const list = rows.list(this.#state, this.#last, step)
        return loop === undefined && step !== this.#step ? list[0] : list
      }
      Object.defineProperty(this.records, name, { get, enumerable: true })
    }
    Object.freeze(this.records)
  }

  /** Shows the match up to this taking, to a condition of this step; -1 for what must not be. */
  show(state: PatternState, last: number, step: number): void {
    this.#state = state
    this.#last = last
    this.#step = step
  }
}
