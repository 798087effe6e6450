import type { Key } from '../../src/state/key.ts'
import { merged, Unmerged } from './unmerged.ts'
import type { WindowContent } from './window-content.ts'

/** What the keys of a slice, or of several in a row, hold. */
export interface SliceOfKeys<C> {
  entries(): Iterable<[Key, C]>
}

/** The same, of slices that may not have been put together. */
export type MergedSlice<C> = SliceOfKeys<C | Unmerged>

/**
 * Slices in a row, merged two by two, four by four and so on, so that a window of n slices is put together of at most
 * 2 log n parts. The parts lie at fixed places, so the same slices are always put together in the same way: sums of
 * fractions come out the same after a restart. Only what has been asked for is kept, and none of it in checkpoints.
 */
export class MergedSlices<C> {
  readonly #content: WindowContent<C>
  readonly #sliceAt: (number: number) => SliceOfKeys<C> | undefined
  /** By level, from pairs on, and then by number at that level. */
  readonly #levels: Map<number, MergedSlice<C> | undefined>[] = []

  constructor(content: WindowContent<C>, sliceAt: (number: number) => SliceOfKeys<C> | undefined) {
    this.#content = content
    this.#sliceAt = sliceAt
  }

  /** What the slices from number `from` up to, but without, number `to` hold together. Must not be changed. */
  between(from: number, to: number): MergedSlice<C> {
    const first: (MergedSlice<C> | undefined)[] = []
    const last: (MergedSlice<C> | undefined)[] = []
    for (let [level, left, right] = [0, from, to]; left < right; level += 1) {
      if (left % 2 !== 0) first.push(this.#part(level, left++))
      if (right % 2 !== 0) last.push(this.#part(level, --right))
      left /= 2
      right /= 2
    }
    return this.#merged([...first, ...last.reverse()]) ?? new Map()
  }

  /** The slice of this number has changed. */
  forget(number: number): void {
    for (const [index, level] of this.#levels.entries()) level.delete(Math.floor(number / 2 ** (index + 1)))
  }

  /** Nothing before the slice of this number is asked for any more, also where there were no slices. */
  forgetBefore(first: number): void {
    for (const [index, level] of this.#levels.entries()) {
      // Parts are mostly made in their order: what is passed over here goes with one of the next windows.
      for (const number of level.keys()) {
        if (number * 2 ** (index + 1) >= first) break
        level.delete(number)
      }
    }
  }

  /** How many parts are kept. */
  get size(): number {
    return this.#levels.reduce((sum, level) => sum + level.size, 0)
  }

  #part(level: number, number: number): MergedSlice<C> | undefined {
    if (level === 0) return this.#sliceAt(number)
    this.#levels[level - 1] ??= new Map()
    const known = this.#levels[level - 1]!
    if (known.has(number)) return known.get(number)
    const part = this.#merged([this.#part(level - 1, 2 * number), this.#part(level - 1, 2 * number + 1)])
    known.set(number, part)
    return part
  }

  #merged(parts: readonly (MergedSlice<C> | undefined)[]): MergedSlice<C> | undefined {
    const present = parts.filter((part) => part !== undefined)
    if (present.length < 2) return present[0]
    const all = new Map<Key, C | Unmerged>()
    for (const part of present)
      for (const [key, content] of part.entries()) this.#mergeInto(all, key, content)
    return all
  }

  #mergeInto(all: Map<Key, C | Unmerged>, key: Key, content: C | Unmerged): void {
    let known = all.get(key)
    if (known === undefined) {
      known = this.#content.create()
      all.set(key, known)
    }
    if (known instanceof Unmerged) return
    try {
      this.#content.merge(known, merged(content))
    } catch (error) {
      all.set(key, new Unmerged(error))
    }
  }
}
