import { MatchRows } from './match-rows.ts'
import { emptyState, type PatternState } from './partial-matches.ts'
import type { NumberedStep, Round } from './positions.ts'

/**
 * What conditions get: the records of a partial match by the names of the steps, read only when they are asked for. One
 * object serves all conditions.
 */
export class SoFarView {
  /** For the conditions. */
  readonly records: object
  readonly #rows: MatchRows
  #state: PatternState = emptyState()
  #last = 0
  #step = -1
  #rounds: readonly Round[] = []

  constructor(steps: readonly NumberedStep[]) {
    this.#rows = new MatchRows(steps)
    this.records = {}
    for (const [number, step] of steps.entries())
      Object.defineProperty(this.records, step.name, {
        get: () => this.#records(number, step),
        enumerable: true,
      })
    Object.freeze(this.records)
  }

  /** Shows the match up to this taking, to a condition of this step, -1 for what must not be, and in these rounds. */
  show(state: PatternState, last: number, step: number, rounds: readonly Round[]): void {
    this.#state = state
    this.#last = last
    this.#step = step
    this.#rounds = rounds
  }

  /** A list, but for a step that has one record for whoever asks: in its round. */
  #records(number: number, { loop, rounds }: NumberedStep): unknown {
    const inner = rounds.at(-1)
    const isList = loop !== undefined || number === this.#step || !(inner === undefined || this.#isIn(inner))
    if (!isList && inner !== undefined) return this.#rows.ofRound(this.#state, this.#last, number)
    const list = this.#rows.list(this.#state, this.#last, number)
    return isList ? list : list[0]
  }

  #isIn({ id }: Round): boolean {
    return this.#rounds.some((round) => round.id === id)
  }
}
