import type { Key } from '../key.ts'
import { ByteReader } from './byte-reader.ts'
import { keyEnd, readKey } from './key-bytes.ts'
import { type KeyTimes, noTimes, type StateEntry } from './state-entry.ts'
import { entryFlags } from './state-file-format.ts'

const timerFlags = entryFlags.eventTimers | entryFlags.processingTimers

/**
 * Goes through the entries of a key group. Of each it tells where it lies and what can be seen without decoding; the same
 * key has the same bytes wherever it is written.
 */
export class EntryScan {
  readonly bytes: Buffer
  /** The entry begins here, its key here, and its value here; it ends before `until`. */
  from: number
  keyFrom = 0
  keyUntil = 0
  until: number
  namespace = 0
  earliestEvent = Number.POSITIVE_INFINITY
  earliestProcessing = Number.POSITIVE_INFINITY
  readonly #end: number
  readonly #reader: ByteReader
  #flags = 0
  #valueFrom = 0
  #valueUntil = 0

  constructor(bytes: Buffer, from: number, until: number) {
    this.bytes = bytes
    this.from = from
    this.until = from
    this.#end = until
    this.#reader = new ByteReader(bytes, from)
  }

  /** Goes to an entry that was passed before. */
  goTo(from: number, namespace: number): void {
    this.until = from
    this.namespace = namespace
    this.next()
  }

  /** Goes to the next entry. Whether there is one. */
  next(): boolean {
    const { bytes } = this
    let at = this.until
    if (at >= this.#end) return false
    this.from = at
    this.#flags = bytes[at++]!
    if (this.hasNamespace) {
      this.namespace = bytes.readDoubleLE(at)
      at += 8
    }
    this.keyFrom = at
    at = keyEnd(bytes, at)
    this.keyUntil = at
    if (!this.isDeleted) {
      let length = bytes[at++]!
      if (length >= 0x80) {
        this.#reader.at = at - 1
        length = this.#reader.varint()
        at = this.#reader.at
      }
      this.#valueFrom = at
      at += length
      this.#valueUntil = at
    }
    this.until = at
    if ((this.#flags & timerFlags) !== 0) this.#passTimers()
    return true
  }

  /** Whether it says its namespace; otherwise it is that of the entry before. */
  get hasNamespace(): boolean {
    return (this.#flags & entryFlags.namespace) !== 0
  }

  get isDeleted(): boolean {
    return (this.#flags & entryFlags.deleted) !== 0
  }

  get hasTimers(): boolean {
    return (this.#flags & timerFlags) !== 0
  }

  /** The flags of the entry if it were to say its namespace. */
  get flagsWithNamespace(): number {
    return this.#flags | entryFlags.namespace
  }

  get key(): Key {
    this.#reader.at = this.keyFrom
    return readKey(this.#reader)
  }

  /** The whole entry, decoded. The value is a view of the file. */
  decoded(): StateEntry {
    const { namespace, key, isDeleted } = this
    const value = isDeleted ? undefined : this.bytes.subarray(this.#valueFrom, this.#valueUntil)
    return { namespace, key, value, timers: this.hasTimers ? this.#times() : noTimes }
  }

  #passTimers(): void {
    const { event, processing } = this.#times()
    this.until = this.#reader.at
    this.earliestEvent = earliest(event)
    this.earliestProcessing = earliest(processing)
  }

  #times(): KeyTimes {
    const reader = this.#reader
    reader.at = this.isDeleted ? this.keyUntil : this.#valueUntil
    const timesIf = (flag: number) =>
      (this.#flags & flag) === 0 ? [] : Array.from({ length: reader.varint() }, () => reader.float64())
    return { event: timesIf(entryFlags.eventTimers), processing: timesIf(entryFlags.processingTimers) }
  }
}

function earliest(times: readonly number[]): number {
  return times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
}
