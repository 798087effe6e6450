import type { EntryScan } from './files/entry-scan.ts'
import type { GroupInFile, StateFile } from './files/state-file.ts'

/** What one file has of a key group. */
export interface PieceOfGroup {
  /** The number of its layer. Files of one layer have no key in common. */
  readonly layer: number
  readonly file: StateFile
  readonly place: GroupInFile
  /** The namespaces of which it says nothing that is still true. */
  readonly dropped: ReadonlySet<number>
}

/** Finds, of what files say of a key group, what is still true: of each key what the last layer says. */
export class LatestEntries {
  readonly #said = new KeySet()

  /**
   * Visits what is still true. Nothing is decoded, and the scan is the same for all entries of a piece.
   *
   * @param pieces Those of the oldest layer first.
   */
  visit(pieces: readonly PieceOfGroup[], visit: (entry: EntryScan) => void): void {
    const oldest = pieces[0]?.layer
    const later = pieces.filter(({ layer }) => layer !== oldest)
    if (later.length > 0) this.#said.clear(later.reduce((sum, { place }) => sum + place.entries, 0))
    for (const { layer, file, place, dropped } of pieces.toReversed()) {
      const scan = file.scan(place)
      while (scan.next()) {
        if (dropped.size > 0 && dropped.has(scan.namespace)) continue
        // Nothing is asked of what the oldest layer says.
        if (later.length === 0 || (layer === oldest ? !this.#said.has(scan) : this.#said.add(scan)))
          visit(scan)
      }
    }
  }
}

const noKey = -1
const fewestSlots = 64

/** Keys within namespaces, by where their bytes lie: open addressing in typed arrays, which are used again and again. */
class KeySet {
  #slots = new Int32Array(fewestSlots)
  #mask = fewestSlots - 1
  #hashes = new Int32Array(fewestSlots)
  #namespaces = new Float64Array(fewestSlots)
  #from = new Uint32Array(fewestSlots)
  #until = new Uint32Array(fewestSlots)
  #bytes: Buffer[] = []
  #size = 0

  /** Forgets all keys, and makes room for so many. */
  clear(most: number): void {
    const slots = 2 ** Math.max(6, Math.ceil(Math.log2(2 * most)))
    if (slots > this.#slots.length) this.#slots = new Int32Array(slots)
    if (most > this.#hashes.length) {
      this.#hashes = new Int32Array(slots)
      this.#namespaces = new Float64Array(slots)
      this.#from = new Uint32Array(slots)
      this.#until = new Uint32Array(slots)
    }
    this.#mask = slots - 1
    this.#slots.fill(noKey, 0, slots)
    this.#bytes.length = 0
    this.#size = 0
  }

  /** Whether it was not there before. */
  add(scan: EntryScan): boolean {
    const hash = hashOf(scan)
    const slot = this.#slotOf(hash, scan)
    if (this.#slots[slot] !== noKey) return false
    const index = this.#size++
    this.#slots[slot] = index
    this.#hashes[index] = hash
    this.#namespaces[index] = scan.namespace
    this.#from[index] = scan.keyFrom
    this.#until[index] = scan.keyUntil
    this.#bytes.push(scan.bytes)
    return true
  }

  has(scan: EntryScan): boolean {
    return this.#slots[this.#slotOf(hashOf(scan), scan)] !== noKey
  }

  /** Where a key is, or may be put. */
  #slotOf(hash: number, scan: EntryScan): number {
    let slot = hash & this.#mask
    for (let index = this.#slots[slot]!; index !== noKey; index = this.#slots[slot]!) {
      if (this.#hashes[index] === hash && this.#isAt(index, scan)) return slot
      slot = (slot + 1) & this.#mask
    }
    return slot
  }

  #isAt(index: number, { bytes, keyFrom, keyUntil, namespace }: EntryScan): boolean {
    const from = this.#from[index]!
    return (
      this.#namespaces[index] === namespace &&
      this.#until[index]! - from === keyUntil - keyFrom &&
      this.#bytes[index]!.compare(bytes, keyFrom, keyUntil, from, this.#until[index]!) === 0
    )
  }
}

/** FNV-1a over the key, with the namespace mixed in. */
function hashOf({ bytes, keyFrom, keyUntil, namespace }: EntryScan): number {
  let hash = 0x811c9dc5 ^ namespace ^ (namespace / 2 ** 32)
  for (let at = keyFrom; at < keyUntil; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
