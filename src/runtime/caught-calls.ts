import type { Emit, Operator } from '../contract/operator.ts'
import type { BatchingOutput } from './batching-output.ts'

/** Calls of operators that are undone together if one of them fails. */
export class CaughtCalls {
  readonly #operators: readonly Operator<unknown>[]
  readonly #outputs: readonly BatchingOutput[]
  #underWay = false

  /** @param outputs Where what they emit leaves the chain. */
  constructor(operators: readonly Operator<unknown>[], outputs: readonly BatchingOutput[]) {
    this.#operators = operators
    this.#outputs = outputs
  }

  get underWay(): boolean {
    return this.#underWay
  }

  /** @throws What `call` throws, when nothing is left of it. */
  run(call: () => void): void {
    for (const operator of this.#operators) operator.begin?.()
    for (const output of this.#outputs) output.hold()
    this.#underWay = true
    try {
      call()
    } catch (error) {
      for (const operator of this.#operators) operator.undo?.()
      for (const output of this.#outputs) output.takeBack()
      throw error
    } finally {
      this.#underWay = false
      for (const output of this.#outputs) output.letGo()
    }
  }
}

/** One way to call an operator while others are undone with it, and one for all other times. */
export function unlessUnderWay(
  calls: () => CaughtCalls,
  alone: Emit<unknown>,
  together: Emit<unknown>,
): Emit<unknown> {
  return (value, timestamp) => {
    if (calls().underWay) together(value, timestamp)
    else alone(value, timestamp)
  }
}
