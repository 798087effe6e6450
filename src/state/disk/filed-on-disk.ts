import type { Filed } from '../filed.ts'
import { ByteReader } from '../files/byte-reader.ts'
import { ByteWriter } from '../files/byte-writer.ts'
import { readKey, writeKey } from '../files/key-bytes.ts'
import type { Key } from '../key.ts'
import { keyHash } from '../key-hash.ts'
import { PartedMap } from '../parted-map.ts'
import { HeldValues } from './held-values.ts'
import { type Place, PlaceTable } from './place-table.ts'
import type { RecordLog } from './record-log.ts'

/** So many tables that none of them takes long to grow. */
const tables = 256

/** The record that is being written: one after another, so one is enough. */
const record = new ByteWriter(64 * 1024)

/** Values in a log of records. Memory has where each of them lies. A record is the namespace, the key and the value. */
export class FiledOnDisk<V> implements Filed<V> {
  readonly #namespace: number
  readonly #log: RecordLog
  readonly #unpack: (packed: Uint8Array) => V
  readonly #places = Array.from({ length: tables }, () => new PlaceTable())
  readonly #held = new HeldValues<V>()
  /** Keys that were read or are in use: it is known that they are there, without looking again. */
  readonly #known = new PartedMap<true>()
  /** What {@link FiledOnDisk.#find} has found, until anything else is read. */
  #found: ByteReader | undefined

  constructor(namespace: number, log: RecordLog, unpack: (packed: Uint8Array) => V) {
    this.#namespace = namespace
    this.#log = log
    this.#unpack = unpack
  }

  get(key: Key): V | undefined {
    const held = this.#held.get(key)
    if (held !== undefined) return held
    if (this.#find(key) < 0) return undefined
    this.#known.set(key, true)
    const found = this.#found!
    return this.#unpack(found.slice(found.varint()))
  }

  has(key: Key): boolean {
    return this.#held.has(key) || this.#find(key) >= 0
  }

  delete(key: Key): boolean {
    const wasHeld = this.#held.delete(key)
    const slot = this.#slotOf(key)
    if (slot < 0) return wasHeld
    const table = this.#tableOf(key)
    this.#log.forget(table.place(slot))
    table.delete(slot)
    return true
  }

  hold(key: Key, value: V): void {
    this.#held.hold(key, value)
  }

  keep(key: Key, packed: Uint8Array, isInUse: boolean): void {
    if (!this.#held.delete(key)) return
    this.load(key, packed)
    if (isInUse) this.#known.set(key, true)
  }

  load(key: Key, packed: Uint8Array): void {
    const slot = this.#slotOf(key)
    record.clear()
    record.float64(this.#namespace)
    writeKey(record, key)
    record.varint(packed.length)
    record.bytes(packed)
    const place = this.#log.append(record)
    const table = this.#tableOf(key)
    if (slot < 0) table.add(keyHash(key), place)
    else {
      this.#log.forget(table.place(slot))
      table.replace(slot, place)
    }
  }

  *entries(): Iterable<[Key, V]> {
    yield* this.#held.entries()
    for (const table of this.#places) {
      for (const place of table.places()) {
        const reader = this.#log.read(place.high, place.low)
        reader.at += 8
        const key = readKey(reader)
        if (!this.#held.has(key)) yield [key, this.#unpack(reader.slice(reader.varint()))]
      }
    }
  }

  drop(): void {
    for (const table of this.#places) for (const place of table.places()) this.#log.forget(place)
    for (let index = 0; index < tables; index += 1) this.#places[index] = new PlaceTable()
    this.#held.clear()
    this.#known.clear()
  }

  /** A record of this namespace is to be moved, if it is still what the key has. */
  move(place: Place, moved: Uint8Array): void {
    const key = readKey(new ByteReader(moved, 8))
    const table = this.#tableOf(key)
    const hash = keyHash(key)
    for (let slot = table.first(hash); slot >= 0; slot = table.next(slot, hash)) {
      const { high, low } = table.place(slot)
      if (high !== place.high || low !== place.low) continue
      record.clear()
      record.bytes(moved)
      table.replace(slot, this.#log.append(record))
      this.#log.forget(place)
      return
    }
  }

  /** Where a key is that is about to change. */
  #slotOf(key: Key): number {
    if (!this.#known.delete(key)) return this.#find(key)
    const hash = keyHash(key)
    const table = this.#tableOf(key)
    const slot = table.first(hash)
    return table.next(slot, hash) < 0 ? slot : this.#find(key)
  }

  /** Where a key is; its value is then what comes next in `#found`. */
  #find(key: Key): number {
    const hash = keyHash(key)
    const table = this.#tableOf(key)
    for (let slot = table.first(hash); slot >= 0; slot = table.next(slot, hash)) {
      const { high, low } = table.place(slot)
      const reader = this.#log.read(high, low)
      reader.at += 8
      if (readKey(reader) !== key) continue
      this.#found = reader
      return slot
    }
    return -1
  }

  #tableOf(key: Key): PlaceTable {
    return this.#places[keyHash(key) >>> 24]!
  }
}

/** The namespace of a record. */
export function namespaceOf(record: Buffer): number {
  return record.readDoubleLE(0)
}
