import type { Place } from './place.ts'

const fewestSlots = 16
/** A slot has as much of the hash as this; the rest tells tables apart. */
const hashBits = 24
const lowBits = 2 ** 32

/**
 * Places by hashes: open addressing in a typed array, eight bytes a slot, so that ten million keys take 150 MB and leave
 * nothing for the garbage collection to look at. Several places may have the same hash.
 */
export class PlaceTable {
  /** Two a slot: the hash above the high eight bits of the place, and the low ones. */
  #slots = new Uint32Array(2 * fewestSlots)
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
    return (this.#slots[2 * slot]! & 0xff) * lowBits + this.#slots[2 * slot + 1]!
  }

  replace(slot: number, place: Place): void {
    this.#slots[2 * slot] = (this.#slots[2 * slot]! & ~0xff) | (place / lowBits)
    this.#slots[2 * slot + 1] = place
  }

  add(hash: number, place: Place): void {
    if (4 * (this.#size + 1) > 3 * (this.#mask + 1)) this.#grow()
    this.#put((hash << (32 - hashBits)) | (place / lowBits), place)
    this.#size += 1
  }

  /** Closes the gap, so that what was put further on because of it is found again. */
  delete(slot: number): void {
    const slots = this.#slots
    let gap = slot
    for (let next = (gap + 1) & this.#mask; !this.#isFree(next); next = (next + 1) & this.#mask) {
      const wanted = (slots[2 * next]! >>> 8) & this.#mask
      if (((next - wanted) & this.#mask) < ((next - gap) & this.#mask)) continue
      slots.copyWithin(2 * gap, 2 * next, 2 * next + 2)
      gap = next
    }
    slots.fill(0, 2 * gap, 2 * gap + 2)
    this.#size -= 1
  }

  *places(): Generator<Place> {
    for (let slot = 0; slot <= this.#mask; slot += 1) {
      if (!this.#isFree(slot)) yield this.place(slot)
    }
  }

  #isFree(slot: number): boolean {
    return this.#slots[2 * slot] === 0
  }

  #from(start: number, hash: number): number {
    const [slots, mask, wanted] = [this.#slots, this.#mask, hash & 0xffffff]
    for (let slot = start; ; slot = (slot + 1) & mask) {
      const high = slots[2 * slot]!
      if (high === 0) return -1
      if (high >>> 8 === wanted) return slot
    }
  }

  #put(high: number, low: number): void {
    let slot = (high >>> 8) & this.#mask
    while (!this.#isFree(slot)) slot = (slot + 1) & this.#mask
    this.#slots[2 * slot] = high
    this.#slots[2 * slot + 1] = low
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(2 * before.length)
    this.#mask = 2 * this.#mask + 1
    for (let at = 0; at < before.length; at += 2) {
      if (before[at] !== 0) this.#put(before[at]!, before[at + 1]!)
    }
  }
}
