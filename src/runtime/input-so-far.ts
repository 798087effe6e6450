import type { InputPositions, InputProgress } from '../contract/sink.ts'
import type { SourceTask } from './source-task.ts'

/** What of a source task counts here. */
type Read = Pick<SourceTask, 'name' | 'steps' | 'underWay' | 'handedOver'>

/** How far all sources of a job have handed over their records, for sinks that account for their input. */
export class InputSoFar {
  #isSettled = () => true
  readonly #sources: Read[] = []
  /** Of sources that are not opened, and of none when the input has ended before. */
  readonly #restored: InputPositions
  #atCut: InputPositions
  #progress: { readonly key: string; readonly value: InputProgress } | undefined

  constructor(restored: InputPositions) {
    this.#restored = restored
    this.#atCut = restored
  }

  /** Says how to know that no operator waits for an answer from outside. */
  settledWhen(isSettled: () => boolean): void {
    this.#isSettled = isSettled
  }

  add(source: Read): void {
    this.#sources.push(source)
  }

  /** See `SinkContext.input`. Costs something for each split, once for each fetch at the most. */
  now(): InputProgress {
    const settled = this.#isSettled()
    const steps = this.#sources.reduce((sum, source) => sum + source.steps, 0)
    const key = `${this.#sources.length}/${steps}/${settled}`
    if (this.#progress?.key !== key) this.#progress = { key, value: this.#measured(settled) }
    return this.#progress.value
  }

  /** A barrier has passed. Nothing is in flight then. */
  cut(): void {
    this.#atCut = this.now().through
  }

  #measured(settled: boolean): InputProgress {
    const opened = Object.fromEntries(this.#sources.map((source) => [source.name, source.handedOver()]))
    const through = { ...this.#restored, ...opened }
    if (!settled) return { through, settled: this.#atCut }
    const underWay = this.#sources.find((source) => source.underWay !== undefined)
    return { through, settled: underWay === undefined ? through : before(through, underWay) }
  }
}

/** The positions before the fetch that is being handed over. */
function before(through: InputPositions, { name, underWay }: Read): InputPositions {
  const { split, after } = underWay!
  const { [split]: _, ...others } = through[name]!
  return { ...through, [name]: after === undefined ? others : { ...others, [split]: after } }
}
