import type { PatternState } from './partial-matches.ts'
import type { NumberedStep } from './positions.ts'

/** Reads the records of a match, by the names of the steps. */
export class MatchRows {
  readonly #steps: readonly NumberedStep[]

  constructor(steps: readonly NumberedStep[]) {
    this.#steps = steps
  }

  /** The row of the match whose last taking this is. Steps without a record are `undefined`, or an empty list. */
  row(state: PatternState, last: number): Record<string, unknown> {
    const lists: unknown[][] = this.#steps.map(() => [])
    for (let number = last; number !== 0; ) {
      const { before, step, record } = state.takings.get(number)!
      lists[step]!.push(state.records.get(record)!.value)
      number = before
    }
    const row: Record<string, unknown> = {}
    for (const [step, { name, loop, rounds }] of this.#steps.entries()) {
      const list = lists[step]!.reverse()
      row[name] = loop === undefined && rounds.length === 0 ? list[0] : list
    }
    return row
  }

  /** The records that one step has taken, oldest first. */
  list(state: PatternState, last: number, step: number): unknown[] {
    const list: unknown[] = []
    const { rounds } = this.#steps[step]!
    for (let number = last; number !== 0; ) {
      const taking = state.takings.get(number)!
      if (taking.step === step) list.push(state.records.get(taking.record)!.value)
      else if (taking.step < step && rounds.length === 0) break
      number = taking.before
    }
    return list.reverse()
  }

  /** The record that a step has taken in the round at hand of its innermost group. */
  ofRound(state: PatternState, last: number, step: number): unknown {
    const { id, first, last: end } = this.#steps[step]!.rounds.at(-1)!
    for (let number = last; number !== 0; ) {
      const taking = state.takings.get(number)!
      if (taking.step === step) return state.records.get(taking.record)!.value
      if (taking.step < first || (taking.step <= end && (taking.opens ?? Infinity) <= id)) break
      number = taking.before
    }
    return undefined
  }
}
