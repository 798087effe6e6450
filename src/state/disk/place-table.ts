/** Where a record lies, in two numbers of 32 bits: the segment and the length, and the offset in the segment. */
export interface Place {
  readonly high: number
  readonly low: number
}

const words = 3
const fewestSlots = 16

/**
 * Places by hashes: open addressing in a typed array, twelve bytes a slot, so that ten million keys take 200 MB and leave
 * nothing for the garbage collection to look at. Several places may have the same hash. A place is never 0, 0.
 */
export class PlaceTable {
  #slots = new Uint32Array(words * fewestSlots)
  #mask = fewestSlots - 1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The slot of a place with the hash; -1 if there is none. */
  first(hash: number): number {
    return this.#from(hash & this.#mask, hash)
  }

  /** The slot of another place with the hash; -1 if there is no more. */
  next(slot: number, hash: number): number {
    return this.#from((slot + 1) & this.#mask, hash)
  }

  place(slot: number): Place {
    return { high: this.#slots[slot * words + 1]!, low: this.#slots[slot * words + 2]! }
  }

  replace(slot: number, { high, low }: Place): void {
    this.#slots[slot * words + 1] = high
    this.#slots[slot * words + 2] = low
  }

  add(hash: number, { high, low }: Place): void {
    if (4 * (this.#size + 1) > 3 * (this.#mask + 1)) this.#grow()
    this.#put(hash, high, low)
    this.#size += 1
  }

  /** Closes the gap, so that what was put further on because of it is found again. */
  delete(slot: number): void {
    const slots = this.#slots
    let gap = slot
    for (let next = (gap + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      const at = next * words
      if (slots[at + 1] === 0 && slots[at + 2] === 0) break
      const wanted = slots[at]! & this.#mask
      if (((next - wanted) & this.#mask) < ((next - gap) & this.#mask)) continue
      slots.copyWithin(gap * words, at, at + words)
      gap = next
    }
    slots.fill(0, gap * words, (gap + 1) * words)
    this.#size -= 1
  }

  *places(): Generator<Place> {
    for (let slot = 0; slot <= this.#mask; slot += 1) {
      const place = this.place(slot)
      if (place.high !== 0 || place.low !== 0) yield place
    }
  }

  #from(start: number, hash: number): number {
    for (let slot = start; ; slot = (slot + 1) & this.#mask) {
      const at = slot * words
      if (this.#slots[at + 1] === 0 && this.#slots[at + 2] === 0) return -1
      if (this.#slots[at] === hash) return slot
    }
  }

  #put(hash: number, high: number, low: number): void {
    let slot = hash & this.#mask
    while (this.#slots[slot * words + 1] !== 0 || this.#slots[slot * words + 2] !== 0) {
      slot = (slot + 1) & this.#mask
    }
    this.#slots[slot * words] = hash
    this.#slots[slot * words + 1] = high
    this.#slots[slot * words + 2] = low
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(2 * before.length)
    this.#mask = 2 * this.#mask + 1
    for (let at = 0; at < before.length; at += words) {
      const [hash, high, low] = [before[at]!, before[at + 1]!, before[at + 2]!]
      if (high !== 0 || low !== 0) this.#put(hash, high, low)
    }
  }
}
