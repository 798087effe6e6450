import type { Filed } from '../filed.ts'
import type { ByteReader } from '../files/byte-reader.ts'
import { ByteWriter } from '../files/byte-writer.ts'
import { readKey, writeKey } from '../files/key-bytes.ts'
import { hashPart, hashParts } from '../hash-parts.ts'
import type { Key } from '../key.ts'
import { keyHash } from '../key-hash.ts'
import { HeldValues } from './held-values.ts'
import type { Place } from './place.ts'
import { PlaceTable } from './place-table.ts'
import type { RecordLog } from './record-log.ts'

/** One table up to so many places, which take a few milliseconds to part. From then on no table takes long to grow. */
const oneTablePlaces = 4 * 1024

/** The record that is being written: one after another, so one is enough. */
const record = new ByteWriter(64 * 1024)

/** Values in a log of records. Memory has where each of them lies. A record is the number of the namespace, the key and the value. */
export class FiledOnDisk<V> implements Filed<V> {
  readonly #number: number
  readonly #log: RecordLog
  readonly #unpack: (packed: Uint8Array) => V
  readonly #onDrop: () => void
  #tables: readonly PlaceTable[] = [new PlaceTable()]
  readonly #held = new HeldValues<V>()
  /** What {@link FiledOnDisk.#find} has found, until anything else is read. */
  #found: ByteReader | undefined

  /**
   * @param number Of the namespace, in the log.
   * @param onDrop Nothing of it is wanted any more: its places are to be forgotten.
   */
  constructor(number: number, log: RecordLog, unpack: (packed: Uint8Array) => V, onDrop: () => void) {
    this.#number = number
    this.#log = log
    this.#unpack = unpack
    this.#onDrop = onDrop
  }

  /** What is read from a file comes into memory: it is about to be written anew. */
  get(key: Key): V | undefined {
    const held = this.#held.get(key)
    if (held !== undefined) return held
    const hash = keyHash(key)
    const table = this.#tableOf(hash)
    const slot = this.#find(table, key, hash)
    if (slot < 0) return undefined
    const found = this.#found!
    const value = this.#unpack(found.slice(found.varint()))
    const place = table.place(slot)
    const kept = this.#log.keepInMemory(place)
    if (kept !== place) table.replace(slot, kept)
    return value
  }

  has(key: Key): boolean {
    const hash = keyHash(key)
    return this.#held.has(key) || this.#find(this.#tableOf(hash), key, hash) >= 0
  }

  delete(key: Key): boolean {
    const wasHeld = this.#held.delete(key)
    const hash = keyHash(key)
    const table = this.#tableOf(hash)
    const slot = this.#find(table, key, hash)
    if (slot < 0) return wasHeld
    this.#log.forget(table.place(slot))
    table.delete(slot)
    return true
  }

  hold(key: Key, value: V): void {
    this.#held.hold(key, value)
  }

  keep(key: Key, packed: Uint8Array): void {
    if (this.#held.delete(key)) this.load(key, packed)
  }

  load(key: Key, packed: Uint8Array): void {
    const hash = keyHash(key)
    const table = this.#tableOf(hash)
    const slot = this.#find(table, key, hash)
    record.clear()
    record.varint(this.#number)
    writeKey(record, key)
    record.varint(packed.length)
    record.bytes(packed)
    if (slot >= 0) table.replace(slot, this.#log.rewrite(table.place(slot), record))
    else {
      table.add(hash, this.#log.append(record))
      if (this.#tables.length === 1 && table.size > oneTablePlaces) this.#part(table)
    }
  }

  *entries(): Iterable<[Key, V]> {
    yield* this.#held.entries()
    for (const place of this.places()) {
      const reader = this.#log.read(place)
      reader.varint()
      const key = readKey(reader)
      if (!this.#held.has(key)) yield [key, this.#unpack(reader.slice(reader.varint()))]
    }
  }

  /** Where its records lie. */
  *places(): Iterable<Place> {
    for (const table of this.#tables) yield* table.places()
  }

  drop(): void {
    this.#onDrop()
  }

  /** A record of this namespace is to be moved, if it is still what a key has. */
  moveIfUsed(place: Place, from: ByteReader, move: () => Place): void {
    const hash = keyHash(readKey(from))
    const table = this.#tableOf(hash)
    for (let slot = table.first(hash); slot >= 0; slot = table.next(slot, hash)) {
      if (table.place(slot) !== place) continue
      table.replace(slot, move())
      return
    }
  }

  /** Where a key is in a table; its value is then what comes next in `#found`. */
  #find(table: PlaceTable, key: Key, hash: number): number {
    for (let slot = table.first(hash); slot >= 0; slot = table.next(slot, hash)) {
      const reader = this.#log.read(table.place(slot))
      reader.varint()
      if (readKey(reader) !== key) continue
      this.#found = reader
      return slot
    }
    return -1
  }

  #tableOf(hash: number): PlaceTable {
    const tables = this.#tables
    return tables.length === 1 ? tables[0]! : tables[hashPart(hash)]!
  }

  #part(whole: PlaceTable): void {
    this.#tables = Array.from({ length: hashParts }, () => new PlaceTable())
    for (const place of whole.places()) {
      const reader = this.#log.read(place)
      reader.varint()
      const hash = keyHash(readKey(reader))
      this.#tableOf(hash).add(hash, place)
    }
  }
}
