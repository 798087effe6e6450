import type { Emit, Operator, OperatorContext } from '../contract/operator.ts'

interface Emission {
  readonly emit: Emit<unknown>
  readonly value: unknown
  readonly timestamp: number
}

/**
 * An operator whose failures concern one record only. What a call emits is held back until the call has returned, so
 * that a failed one leaves nothing behind, here or further down.
 */
export class GuardedOperator {
  readonly #refuse: OperatorContext<unknown>['refuse']
  #held: Emission[] = []
  #holding = false
  #operator!: Operator<unknown>

  constructor(refuse: OperatorContext<unknown>['refuse']) {
    this.#refuse = refuse
  }

  /** What the operator is given to emit with. */
  holding(emit: Emit<unknown>): Emit<unknown> {
    return (value, timestamp) => {
      if (this.#holding) this.#held.push({ emit, value, timestamp })
      else emit(value, timestamp)
    }
  }

  guard(operator: Operator<unknown>): Emit<unknown> {
    this.#operator = operator
    return (value, timestamp) => {
      if (this.#process(value, timestamp)) this.#letGo()
    }
  }

  #process(value: unknown, timestamp: number): boolean {
    this.#operator.begin?.()
    this.#holding = true
    try {
      this.#operator.process(value, timestamp)
      return true
    } catch (error) {
      this.#held = []
      this.#operator.undo?.()
      this.#refuse(error, value, timestamp)
      return false
    } finally {
      this.#holding = false
    }
  }

  #letGo(): void {
    const held = this.#held
    this.#held = []
    for (const { emit, value, timestamp } of held) emit(value, timestamp)
  }
}
