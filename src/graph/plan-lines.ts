import type { PlanStep } from './plan.ts'

/** A line of the drawing: rails on the left, then a step or a word about where the rail leads. */
export interface PlanLine {
  readonly rails: string
  readonly label: string
  readonly step: PlanStep | undefined
}

/**
 * Draws steps as rails, from each source down. What follows a step stands under it; side outputs, and all but the last
 * of several readers, branch off to the right. A step with several inputs stands under the last of them, and the
 * others say where they lead.
 */
export function planLines(steps: readonly PlanStep[]): PlanLine[] {
  return new Drawing(steps).draw()
}

class Drawing {
  readonly #lines: PlanLine[] = []
  readonly #arrivals = new Map<string, number>()
  readonly #steps: readonly PlanStep[]

  constructor(steps: readonly PlanStep[]) {
    this.#steps = steps
  }

  draw(): PlanLine[] {
    for (const root of this.#steps.filter((step) => step.inputs.length === 0)) {
      if (this.#lines.length > 0) this.#lines.push({ rails: '', label: '', step: undefined })
      this.#arrive(root, '')
    }
    return this.#lines
  }

  #arrive(step: PlanStep, rails: string): void {
    const arrivals = (this.#arrivals.get(step.id) ?? 0) + 1
    this.#arrivals.set(step.id, arrivals)
    if (arrivals < step.inputs.length) {
      this.#lines.push({ rails, label: `╰─▶ ${step.id}, below`, step: undefined })
      return
    }
    this.#lines.push({ rails, label: `${step.keeps === undefined ? '○' : '●'} ${step.id}`, step })
    const readers = this.#readersOf(step)
    const last = readers.at(-1)
    const goesOn = last !== undefined && last.output === undefined
    for (const { output, reader } of goesOn ? readers.slice(0, -1) : readers) {
      this.#lines.push({ rails, label: `├─╮ ${output ?? ''}`.trimEnd(), step: undefined })
      this.#arrive(reader, `${rails}│ `)
    }
    if (goesOn) this.#arrive(last.reader, rails)
  }

  /** Who reads a step: side outputs first, so that the main output goes on below. */
  #readersOf({ id }: PlanStep): { reader: PlanStep; output: string | undefined }[] {
    const readers = this.#steps.flatMap((reader) =>
      reader.inputs.filter(({ from }) => from === id).map(({ output }) => ({ reader, output })),
    )
    return readers.toSorted((a, b) => Number(a.output === undefined) - Number(b.output === undefined))
  }
}
