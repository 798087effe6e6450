import type { Segment } from './segment.ts'

/** Keeps the bytes of the sealed segments that were used last in memory, and drops those of the others. */
export class ResidentSegments {
  readonly #limit: number
  /** In the order of their last use. */
  readonly #segments = new Set<Segment>()

  constructor(limit: number) {
    this.#limit = limit
  }

  touched(segment: Segment): void {
    if (!segment.sealed) return
    this.#segments.delete(segment)
    this.#segments.add(segment)
    for (const oldest of this.#segments) {
      if (this.#segments.size <= this.#limit) break
      this.#segments.delete(oldest)
      oldest.evict()
    }
  }

  forget(segment: Segment): void {
    this.#segments.delete(segment)
  }
}
