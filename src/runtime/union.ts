import type { Element, Tick } from '../contract/element.ts'
import { beginningOfTime, endOfTime } from '../time/end-of-time.ts'

/**
 * Several inputs made one. Records pass as they come. Event time is that of the input that is furthest behind; a barrier
 * passes when it has come by every input, and nothing comes in between, since all of them get it in one go.
 */
export class Union {
  readonly #emit: (element: Element<unknown>) => void
  readonly #watermarks: number[]
  #combined = beginningOfTime
  #now = 0
  #barriers = 0

  constructor(inputs: number, emit: (element: Element<unknown>) => void) {
    this.#emit = emit
    this.#watermarks = Array<number>(inputs).fill(beginningOfTime)
  }

  take(input: number, element: Element<unknown>): void {
    if (element.kind === 'batch') this.#emit({ ...element, input })
    else if (element.kind === 'watermark') this.#advance(input, element.timestamp)
    else if (element.kind === 'end') this.#end(input)
    else if (element.kind === 'barrier') this.#onBarrier(element)
    else if (element.kind === 'split') this.#emit(element)
    else this.#tick(element)
  }

  /** At the end of time each input may bring more before it, so it is told after each. */
  #tick(tick: Tick): void {
    if (tick.now <= this.#now && tick.now !== Number.POSITIVE_INFINITY) return
    this.#now = tick.now
    this.#emit(tick)
  }

  #advance(input: number, timestamp: number): void {
    this.#watermarks[input] = Math.max(this.#watermarks[input]!, timestamp)
    const least = Math.min(...this.#watermarks)
    if (least <= this.#combined) return
    this.#combined = least
    this.#emit({ kind: 'watermark', timestamp: least })
  }

  #end(input: number): void {
    this.#watermarks[input] = Number.POSITIVE_INFINITY
    if (this.#watermarks.every((watermark) => watermark === Number.POSITIVE_INFINITY))
      this.#emit({ kind: 'end' })
    else this.#advance(input, endOfTime)
  }

  #onBarrier(barrier: Element<unknown>): void {
    this.#barriers += 1
    if (this.#barriers < this.#watermarks.length) return
    this.#barriers = 0
    this.#emit(barrier)
  }
}
