import type { InputPositions, InputProgress } from '../contract/sink.ts'
import type { HandedOver } from './handed-over.ts'

/** What of a source task counts here. */
interface Read {
  readonly name: string
  readonly handedOver: Pick<HandedOver, 'steps' | 'underWay' | 'positions'>
}

/** How far all sources of a job have handed over their records, for sinks that account for their input. */
export class InputSoFar {
  /** Whether rows may still come of what was handed over. At a barrier none does. */
  asynchronous = false
  readonly #sources: Read[] = []
  /** Of sources that are not opened, and of none when the input has ended before. */
  readonly #restored: InputPositions
  #atCut: InputPositions
  /** Grows with whatever else than its sources changes what is known. */
  #changes = 0
  #progress: { readonly steps: number; readonly value: InputProgress } | undefined

  constructor(restored: InputPositions) {
    this.#restored = restored
    this.#atCut = restored
  }

  add(source: Read): void {
    this.#changes += 1
    this.#sources.push(source)
  }

  /** See `SinkContext.input`. Costs something for each split, once for each fetch at the most. */
  now(): InputProgress {
    const steps = this.#sources.reduce((sum, { handedOver }) => sum + handedOver.steps, this.#changes)
    if (this.#progress?.steps !== steps) this.#progress = { steps, value: this.#measured() }
    return this.#progress.value
  }

  /** A barrier has passed. Nothing is in flight then. */
  cut(): void {
    this.#atCut = this.now().through
    this.#changes += 1
  }

  #measured(): InputProgress {
    const opened = Object.fromEntries(
      this.#sources.map((source) => [source.name, source.handedOver.positions]),
    )
    const through = { ...this.#restored, ...opened }
    if (this.asynchronous) return { through, settled: this.#atCut }
    const underWay = this.#sources.find((source) => source.handedOver.underWay !== undefined)
    return { through, settled: underWay === undefined ? through : before(through, underWay) }
  }
}

/** The positions before the fetch that is being handed over. */
function before(through: InputPositions, { name, handedOver }: Read): InputPositions {
  const { split, after } = handedOver.underWay!
  const { [split]: _, ...others } = through[name]!
  return { ...through, [name]: after === undefined ? others : { ...others, [split]: after } }
}
