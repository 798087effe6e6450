import { keyGroups } from './key-group.ts'
import type { Slices } from './slices.ts'

/** So many things are ordered in less than a millisecond. */
const atATime = 16 * 1024
/** What it costs to order one, as {@link Slices} counts. */
const orderUnits = 4

/** Puts things in the order of their key groups; within a group they stay in the order in which they came. */
export class KeyGroupOrder {
  #groups: Uint16Array
  #size = 0
  /** How many there are in each group, and later where the next of it goes; both one further on. */
  readonly #starts = new Uint32Array(keyGroups + 1)

  /** @param expected How many will be added, about. */
  constructor(expected: number) {
    this.#groups = new Uint16Array(expected)
  }

  add(group: number): void {
    if (this.#size === this.#groups.length) this.#grow()
    this.#groups[this.#size++] = group
    this.#starts[group + 1]! += 1
  }

  groupOf(place: number): number {
    return this.#groups[place]!
  }

  /** The places of all, in their order. To be asked for once. */
  async places(slices: Slices): Promise<Uint32Array> {
    const starts = this.#starts
    for (let group = 0; group < keyGroups; group += 1) starts[group + 1]! += starts[group]!
    const order = new Uint32Array(this.#size)
    for (let from = 0; from < order.length; from += atATime) {
      const until = Math.min(from + atATime, order.length)
      for (let place = from; place < until; place += 1) {
        const group = this.#groups[place]!
        order[starts[group]!] = place
        starts[group]! += 1
      }
      const pause = slices.worked(orderUnits * (until - from))
      if (pause !== undefined) await pause
    }
    return order
  }

  #grow(): void {
    const grown = new Uint16Array(2 * this.#size + 1024)
    grown.set(this.#groups)
    this.#groups = grown
  }
}
