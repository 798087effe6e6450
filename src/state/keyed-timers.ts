import { Timers } from '../time/timers.ts'
import { compareKeys, type Key } from './key.ts'

/** Instants at which something is due for a key, each once. They fire in the order of time, and at one time of keys. */
export class KeyedTimers {
  readonly #times = new Timers()
  readonly #keys = new Map<number, Set<Key>>()
  /** The instant or the instants of each key that has any, until it is told that they have fired. */
  readonly #timesOf = new Map<Key, number | Set<number>>()

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
    if (times === undefined) this.#timesOf.set(key, time)
    else if (typeof times === 'number') this.#timesOf.set(key, new Set([times, time]))
    else times.add(time)
    return true
  }

  /** Whether it was there. */
  delete(key: Key, time: number): boolean {
    if (!this.#keys.get(time)?.delete(key)) return false
    this.fired(key, time)
    return true
  }

  /** The instants of a key. One that {@link takeDue} gave counts until {@link fired} is told of it. */
  timesOf(key: Key): number[] {
    const times = this.#timesOf.get(key)
    if (times === undefined) return []
    return typeof times === 'number' ? [times] : [...times]
  }

  fired(key: Key, time: number): void {
    const times = this.#timesOf.get(key)
    if (times === time) this.#timesOf.delete(key)
    else if (times instanceof Set && times.delete(time) && times.size === 0) this.#timesOf.delete(key)
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
