import { Timers } from '../time/timers.ts'
import { compareKeys, type Key } from './key.ts'

/** Instants at which something is due for a key, each once. They fire in the order of time, and at one time of keys. */
export class KeyedTimers {
  readonly #times = new Timers()
  readonly #keys = new Map<number, Set<Key>>()

  /** An instant before which nothing is due; `undefined` if nothing ever is. */
  get earliest(): number | undefined {
    return this.#times.earliest
  }

  /** Whether it was not there before. */
  add(key: Key, time: number): boolean {
    const keys = this.#keys.get(time)
    if (keys === undefined) {
      this.#keys.set(time, new Set([key]))
      this.#times.add(time)
      return true
    }
    const added = !keys.has(key)
    keys.add(key)
    return added
  }

  /** Whether it was there. */
  delete(key: Key, time: number): boolean {
    return this.#keys.get(time)?.delete(key) ?? false
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

  /** For a snapshot: {@link add} takes them back. */
  entries(): [Key, number][] {
    return [...this.#keys].flatMap(([time, keys]) => [...keys].map((key): [Key, number] => [key, time]))
  }
}
