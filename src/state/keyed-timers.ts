import { Timers } from '../time/timers.ts'
import { compareKeys, type Key } from './key.ts'

/** Instants at which something is due for a key, each once. They fire in the order of time, and at one time of keys. */
export class KeyedTimers {
  readonly #times = new Timers()
  readonly #keys = new Map<number, Set<Key>>()
  /** The instants of each key that has any, until it is told that they have fired. */
  readonly #timesOf = new Map<Key, number[]>()

  /** An instant before which nothing is due; `undefined` if nothing ever is. */
  get earliest(): number | undefined {
    return this.#times.earliest
  }

  /** Whether it was not there before. */
  add(key: Key, time: number): boolean {
    const keys = this.#keys.get(time)
    if (keys?.has(key)) return false
    if (keys === undefined) {
      this.#keys.set(time, new Set([key]))
      this.#times.add(time)
    } else keys.add(key)
    const times = this.#timesOf.get(key)
    if (times === undefined) this.#timesOf.set(key, [time])
    else times.push(time)
    return true
  }

  /** Whether it was there. */
  delete(key: Key, time: number): boolean {
    if (!this.#keys.get(time)?.delete(key)) return false
    this.fired(key, time)
    return true
  }

  /** The instants of a key. One that {@link takeDue} gave counts until {@link fired} is told of it. */
  timesOf(key: Key): readonly number[] {
    return this.#timesOf.get(key) ?? []
  }

  fired(key: Key, time: number): void {
    const times = this.#timesOf.get(key)
    const place = times?.indexOf(time) ?? -1
    if (times === undefined || place < 0) return
    if (times.length === 1) this.#timesOf.delete(key)
    else times.splice(place, 1)
  }

  /** Removes and gives the earliest instant that is due at `watermark`, with its keys in their order. */
  takeDue(watermark: number): { readonly time: number; readonly keys: readonly Key[] } | undefined {
    for (
      let time = this.#times.takeDue(watermark);
      time !== undefined;
      time = this.#times.takeDue(watermark)
    ) {
      const keys = this.#keys.get(time)!
      this.#keys.delete(time)
      if (keys.size > 0) return { time, keys: [...keys].sort(compareKeys) }
    }
    return undefined
  }
}
