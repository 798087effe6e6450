import { keyGroups } from './key-group.ts'
import type { Slices } from './slices.ts'

/** So many things are ordered in less than a millisecond. */
const atATime = 16 * 1024
/** What it costs to order one, as {@link Slices} counts. */
const orderUnits = 4
/** So few are sorted: to look at every group there is would take longer. */
const few = 512

/** Puts things in the order of their key groups; within a group they stay in the order in which they came. */
export class KeyGroupOrder {
  #groups: Uint16Array
  #size = 0

  /** @param expected How many will be added, about. */
  constructor(expected: number) {
    this.#groups = new Uint16Array(expected)
  }

  add(group: number): void {
    if (this.#size === this.#groups.length) this.#grow()
    this.#groups[this.#size++] = group
  }

  groupOf(place: number): number {
    return this.#groups[place]!
  }

  /** The places of all, in their order. To be asked for once. */
  places(slices: Slices): Promise<Uint32Array> {
    return this.#size <= few ? this.#sorted() : this.#distributed(slices)
  }

  async #sorted(): Promise<Uint32Array> {
    const groups = this.#groups
    return Uint32Array.from({ length: this.#size }, (_, place) => place).sort(
      (a, b) => groups[a]! - groups[b]! || a - b,
    )
  }

  async #distributed(slices: Slices): Promise<Uint32Array> {
    const order = new Uint32Array(this.#size)
    /** How many there are in each group, and later where the next of it goes; both one further on. */
    const starts = new Uint32Array(keyGroups + 1)
    const eachSlice = async (act: (place: number) => void) => {
      for (let from = 0; from < order.length; from += atATime) {
        const until = Math.min(from + atATime, order.length)
        for (let place = from; place < until; place += 1) act(place)
        const pause = slices.worked(orderUnits * (until - from))
        if (pause !== undefined) await pause
      }
    }
    await eachSlice((place) => {
      starts[this.#groups[place]! + 1]! += 1
    })
    for (let group = 0; group < keyGroups; group += 1) starts[group + 1]! += starts[group]!
    await eachSlice((place) => {
      const group = this.#groups[place]!
      order[starts[group]!] = place
      starts[group]! += 1
    })
    return order
  }

  #grow(): void {
    const grown = new Uint16Array(2 * this.#size + 1024)
    grown.set(this.#groups)
    this.#groups = grown
  }
}
