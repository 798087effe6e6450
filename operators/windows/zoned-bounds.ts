import type { Bounds } from '../../src/stream.ts'
import type { OffsetStretch, ZoneOffsets } from '../../src/time/zone-offsets.ts'

/**
 * Stretches by the clock of a time zone, which shows a multiple of the size (and `offsetMs`) where one begins. So a day
 * is 23 or 25 hours long where the clock is changed. A clock that is put back by the size or more begins another
 * stretch there: the hour that comes twice is two windows of an hour.
 */
export class ZonedBounds implements Bounds {
  readonly #zone: ZoneOffsets
  readonly #sizeMs: number
  readonly #offsetMs: number
  #start = 0
  #end = 0

  constructor(zone: ZoneOffsets, sizeMs: number, offsetMs: number) {
    this.#zone = zone
    this.#sizeMs = sizeMs
    this.#offsetMs = offsetMs
  }

  readonly startOf = (timestamp: number): number => {
    if (timestamp >= this.#start && timestamp < this.#end) return this.#start
    const start = this.#startBefore(timestamp)
    this.#end = this.#endAfter(start)
    this.#start = start
    return start
  }

  readonly endOf = (start: number): number => (start === this.#start ? this.#end : this.#endAfter(start))

  /** A start that lies on a change needs a look beyond it: the clock may have been put back into the same window. */
  #startBefore(timestamp: number): number {
    let stretch = this.#zone.at(timestamp)
    const shown = this.#shownStart(timestamp, stretch)
    for (;;) {
      const start = shown - stretch.offsetMs
      if (start > stretch.from) return start
      const before = this.#zone.at(stretch.from - 1)
      if (this.#breaks(stretch.from, before, stretch, shown)) return stretch.from
      stretch = before
    }
  }

  #endAfter(start: number): number {
    let stretch = this.#zone.at(start)
    const shown = this.#shownStart(start, stretch)
    for (;;) {
      const end = shown + this.#sizeMs - stretch.offsetMs
      if (end < stretch.to) return end
      const after = this.#zone.at(stretch.to)
      if (this.#breaks(stretch.to, stretch, after, shown)) return stretch.to
      stretch = after
    }
  }

  /** Whether the window whose start the clock shows as `shown` does not go on over the change from one to the other. */
  #breaks(at: number, before: OffsetStretch, after: OffsetStretch, shown: number): boolean {
    if (before.offsetMs === after.offsetMs) return false
    const putBack = before.offsetMs - after.offsetMs
    return (
      putBack >= this.#sizeMs ||
      this.#shownStart(at - 1, before) !== shown ||
      this.#shownStart(at, after) !== shown
    )
  }

  #shownStart(timestamp: number, { offsetMs }: OffsetStretch): number {
    const shown = timestamp + offsetMs - this.#offsetMs
    return Math.floor(shown / this.#sizeMs) * this.#sizeMs + this.#offsetMs
  }
}
