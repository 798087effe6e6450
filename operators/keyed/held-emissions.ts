import type { Emit, OperatorContext } from '../../src/contract/operator.ts'

type Outputs = Pick<OperatorContext<unknown>, 'emit' | 'sideOutput'>

/** Holds back what a call emits until it has returned, so that one that fails leaves nothing behind. */
export class HeldEmissions {
  readonly outputs: Outputs
  #held: (readonly [emit: Emit<unknown>, value: unknown, timestamp: number])[] = []
  #holding = false

  constructor({ emit, sideOutput }: Outputs) {
    this.outputs = {
      emit: this.#heldBy(emit),
      sideOutput: (output) => {
        const side = sideOutput(output)
        return side === undefined ? undefined : this.#heldBy(side)
      },
    }
  }

  /** Throws what `act` throws, and then emits nothing. */
  during(act: () => void): void {
    this.#holding = true
    try {
      act()
    } catch (error) {
      this.#held = []
      throw error
    } finally {
      this.#holding = false
    }
    const held = this.#held
    this.#held = []
    for (const [emit, value, timestamp] of held) emit(value, timestamp)
  }

  #heldBy(emit: Emit<unknown>): Emit<unknown> {
    return (value, timestamp) => {
      if (this.#holding) this.#held.push([emit, value, timestamp])
      else emit(value, timestamp)
    }
  }
}
