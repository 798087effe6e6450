import type { Gap } from '../../src/contract/source.ts'

/** The gaps of a source as a checkpoint keeps them. */
export type GapsJson = {
  /** The latest ones. */
  readonly latest: readonly Gap[]
  /** How many there were in all. */
  readonly count: number
  /** How long they were together, as far as that is known. */
  readonly lostMs: number
}

const mostKept = 100

/** What a source has gone on without, from its first start on. */
export class GapLedger {
  #latest: Gap[]
  #count: number
  #lostMs: number

  constructor(restored: GapsJson = { latest: [], count: 0, lostMs: 0 }) {
    this.#latest = [...restored.latest]
    this.#count = restored.count
    this.#lostMs = restored.lostMs
  }

  /**
   * Notes a gap and gives it as it stands now. A gap behind the same record as an earlier one is the same, seen again
   * after a restart or grown since.
   */
  note(gap: Gap): Gap {
    const at = this.#latest.findIndex(({ split, after }) => split === gap.split && after === gap.after)
    const earlier = this.#latest[at]
    if (earlier === undefined) {
      this.#count++
      this.#lostMs += lengthMs(gap)
      this.#latest = [...this.#latest, gap].slice(-mostKept)
      return gap
    }
    const grown = { ...earlier, until: Math.max(earlier.until, gap.until) }
    this.#lostMs += lengthMs(grown) - lengthMs(earlier)
    this.#latest[at] = grown
    return grown
  }

  toJson(): GapsJson {
    return { latest: this.#latest, count: this.#count, lostMs: this.#lostMs }
  }
}

/** 0 if nobody knows since when records were missing. */
export function lengthMs({ from, until }: Gap): number {
  return from === null ? 0 : Math.max(0, until - from)
}
