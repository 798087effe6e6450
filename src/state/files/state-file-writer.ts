import { crc32 } from 'node:zlib'
import { encodeCbor } from '../cbor.ts'
import { ByteWriter } from './byte-writer.ts'
import type { EntryScan } from './entry-scan.ts'
import { endMagic, groupFlags, magic, type StateFileHeader } from './state-file-format.ts'

/** What the index says of a key group. */
interface GroupInIndex {
  readonly group: number
  readonly from: number
  entries: number
  earliestEvent: number
  earliestProcessing: number
}

/** The checksum is made in pieces of this, so that the end of a file takes no longer than anything else. */
const summedBytes = 256 * 1024

/** Writes one state file: entries by key group, in ascending order of the groups. */
export class StateFileWriter {
  readonly #to: ByteWriter
  readonly #groups: GroupInIndex[] = []
  readonly #namespaces = new Set<number>()
  /** Of the entry before, in the same group. */
  #namespace: number | undefined
  /** Other bytes that are to be copied together: entries that follow each other there too. */
  #copied: Buffer | undefined
  #copiedFrom = 0
  #copiedUntil = 0
  /** The checksum of the first bytes, and how many these are. */
  #checksum = 0
  #summed = 0

  /** @param capacity How large the file will be, about. */
  constructor(header: StateFileHeader, capacity = 64 * 1024) {
    this.#to = new ByteWriter(capacity)
    this.#to.bytes(magic)
    const bytes = encodeCbor(header)
    this.#to.varint(bytes.length)
    this.#to.bytes(bytes)
  }

  get sizeBytes(): number {
    return this.#to.length + this.#copiedUntil - this.#copiedFrom
  }

  /** Those that it has entries of. */
  get namespaces(): ReadonlySet<number> {
    return this.#namespaces
  }

  /** Adds an entry of other bytes as it is. Entries of one namespace in a row cost less. */
  copy(group: number, entry: EntryScan): void {
    const index = this.#enter(group)
    const { bytes, from, namespace } = entry
    if (bytes !== this.#copied || from !== this.#copiedUntil) {
      this.#endCopy()
      this.#copied = bytes
      this.#copiedFrom = from
      if (namespace !== this.#namespace && !entry.hasNamespace) {
        this.#to.byte(entry.flagsWithNamespace)
        this.#to.float64(namespace)
        this.#copiedFrom += 1
      }
    }
    this.#copiedUntil = entry.until
    if (namespace !== this.#namespace) this.#namespaces.add(namespace)
    this.#namespace = namespace
    index.entries += 1
    if (!entry.hasTimers) return
    index.earliestEvent = Math.min(index.earliestEvent, entry.earliestEvent)
    index.earliestProcessing = Math.min(index.earliestProcessing, entry.earliestProcessing)
  }

  end(): Uint8Array {
    this.#endCopy()
    const indexAt = this.#to.length
    const namespaces = [...this.#namespaces]
    this.#to.varint(namespaces.length)
    for (const namespace of namespaces) this.#to.float64(namespace)
    this.#to.varint(this.#groups.length)
    for (const [place, index] of this.#groups.entries()) {
      this.#indexGroup(index, this.#groups[place - 1]?.group ?? 0, this.#groups[place + 1]?.from ?? indexAt)
    }
    this.#to.uint32(indexAt)
    this.#sum()
    this.#to.uint32(this.#checksum)
    this.#to.bytes(endMagic)
    return this.#to.end()
  }

  #enter(group: number): GroupInIndex {
    const last = this.#groups.at(-1)
    if (last?.group === group) return last
    this.#endCopy()
    if (this.#to.length - this.#summed >= summedBytes) this.#sum()
    const [earliestEvent, earliestProcessing] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    const index = { group, from: this.#to.length, entries: 0, earliestEvent, earliestProcessing }
    this.#groups.push(index)
    this.#namespace = undefined
    return index
  }

  #endCopy(): void {
    if (this.#copied !== undefined) this.#to.copy(this.#copied, this.#copiedFrom, this.#copiedUntil)
    this.#copied = undefined
    this.#copiedFrom = 0
    this.#copiedUntil = 0
  }

  #sum(): void {
    this.#checksum = crc32(this.#to.end().subarray(this.#summed), this.#checksum)
    this.#summed = this.#to.length
  }

  #indexGroup(index: GroupInIndex, before: number, until: number): void {
    const hasEvent = index.earliestEvent !== Number.POSITIVE_INFINITY
    const hasProcessing = index.earliestProcessing !== Number.POSITIVE_INFINITY
    const flags = (hasEvent ? groupFlags.eventTimers : 0) | (hasProcessing ? groupFlags.processingTimers : 0)
    this.#to.varint(index.group - before)
    this.#to.varint(until - index.from)
    this.#to.varint(index.entries)
    this.#to.byte(flags)
    if (hasEvent) this.#to.float64(index.earliestEvent)
    if (hasProcessing) this.#to.float64(index.earliestProcessing)
  }
}
