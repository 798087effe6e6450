import type { Gap } from '../contract/source.ts'

/** A source may tell of so many gaps before the oldest counts as new if it is told again. */
const mostKnown = 1_000

/** The gaps of a run. A restart may tell of the same ones again: they count once. */
export class NoticedGaps {
  readonly #until = new Map<string, number>()
  #count = 0
  #lostMs = 0

  /** Whether the gap is a new one. One that has grown only makes the time longer. */
  notice(source: string, gap: Gap): boolean {
    const key = JSON.stringify([source, gap.split, gap.after])
    const before = this.#until.get(key)
    this.#until.set(key, Math.max(before ?? gap.until, gap.until))
    if (gap.from !== null) this.#lostMs += Math.max(0, gap.until - (before ?? gap.from))
    if (before !== undefined) return false
    this.#count += 1
    const [oldest] = this.#until.keys()
    if (this.#until.size > mostKnown && oldest !== undefined) this.#until.delete(oldest)
    return true
  }

  get total(): { readonly count: number; readonly lostMs: number } {
    return { count: this.#count, lostMs: this.#lostMs }
  }
}
