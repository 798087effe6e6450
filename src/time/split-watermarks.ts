import type { SplitMark } from '../contract/element.ts'
import { beginningOfTime } from './end-of-time.ts'

/**
 * Watermarks per split with bounded disorder, and their minimum.
 *
 * A split that is caught up and empty follows the source's own clock, `liveliness` behind it, so that a quiet split
 * never holds back a window. A split that is merely not read at the moment stands still. A split that opens begins at
 * the common watermark; since it may be announced only together with the ones that it replaces, nothing becomes late
 * by it.
 */
export class SplitWatermarks {
  readonly #watermarks = new Map<string, number>()
  #combined = beginningOfTime

  readonly #outOfOrderMs: number
  readonly #livelinessMs: number

  /**
   * @param outOfOrderMs How much later than a record an earlier one may come.
   * @param livelinessMs How far behind the clock of the source an empty split follows.
   */
  constructor(outOfOrderMs: number, livelinessMs: number) {
    this.#outOfOrderMs = outOfOrderMs
    this.#livelinessMs = livelinessMs
  }

  /** The greatest timestamp so far in a batch of this split. */
  observe(split: string, timestamp: number): void {
    this.raise(split, timestamp - this.#outOfOrderMs - 1)
  }

  /** Nothing of `split` is expected up to `watermark` any more. One that goes back is ignored. */
  raise(split: string, watermark: number): void {
    const before = this.#watermarks.get(split)
    if (before === undefined || watermark > before) this.#watermarks.set(split, watermark)
  }

  mark(mark: SplitMark): void {
    if (mark.state === 'opened') this.raise(mark.split, beginningOfTime)
    else if (mark.state === 'idle') this.raise(mark.split, mark.serverTime - this.#livelinessMs - 1)
    else this.#watermarks.delete(mark.split)
  }

  /** The least watermark of all open splits. Never goes back. */
  current(): number {
    if (this.#watermarks.size === 0) return this.#combined
    let least = Number.POSITIVE_INFINITY
    for (const watermark of this.#watermarks.values()) if (watermark < least) least = watermark
    if (least > this.#combined) this.#combined = least
    return this.#combined
  }

  watermarkOf(split: string): number | undefined {
    const watermark = this.#watermarks.get(split)
    return watermark === beginningOfTime ? undefined : watermark
  }

  entries(): [string, number][] {
    return [...this.#watermarks]
  }

  /** Takes up where {@link entries} and {@link current} left off. */
  restore(entries: Iterable<[string, number]>, combined: number): void {
    for (const [split, watermark] of entries) this.#watermarks.set(split, watermark)
    this.#combined = combined
  }
}
