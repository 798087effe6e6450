import { blockHeaderSize, segmentMagic, writeBlockHeader } from './block-layout.ts'
import type { BlobWriter, NewRecord } from './new-record.ts'
import { recordArrivalMs, recordHeaderSize, writeRecordHeader } from './record-layout.ts'
import type { ResidentSegments } from './resident-segments.ts'
import type { SealedFacts } from './sealed-index.ts'
import type { SegmentFile } from './segment-file.ts'
import { sealedPlaces } from './segment-image.ts'
import { trimmed, withSlack } from './spare-memory.ts'

/** Where a durable segment lives, and who decides how long its bytes stay in memory. */
export interface SegmentHome {
  readonly file: SegmentFile
  readonly resident: ResidentSegments
}

export interface SegmentOptions {
  /** Without it the records live in memory only. */
  readonly home?: SegmentHome
  /** What the file holds already. Its records are told with {@link Segment.recall} and {@link Segment.keep}. */
  readonly written?: Buffer
  /** The file holds these records, which nobody has asked for yet. */
  readonly sealed?: SealedFacts
  /** The segment before this one, which will probably be as large. */
  readonly after?: Segment | undefined
}

const smallestSize = 4096

/**
 * A run of records of one shard: their bytes in one buffer, and the place of each one in a typed array. There is no
 * object per record. The buffer of a durable segment is the image of its file; once sealed it may be dropped from memory
 * and is read again when needed.
 */
export class Segment {
  /** The counter of the first record; those of the others follow without gaps. */
  readonly first: number
  count = 0
  firstArrivalMs = 0
  lastArrivalMs = 0
  readonly #home: SegmentHome | undefined
  #bytes: Buffer | undefined
  /** `undefined` as long as a sealed segment has not been read since the start. */
  #places: Uint32Array | undefined
  #used: number
  /** Up to here the records are acknowledged; what follows is staged. */
  #flushed = 0
  #flushedCount = 0
  #flushedArrivalMs = 0
  #blockStart = -1
  #sealed = false

  constructor(first: number, { home, written, sealed, after }: SegmentOptions = {}) {
    this.first = first
    this.#home = home
    if (sealed !== undefined) {
      this.count = sealed.count
      this.firstArrivalMs = sealed.firstArrivalMs
      this.lastArrivalMs = sealed.lastArrivalMs
      this.#used = sealed.sizeBytes
      this.#sealed = true
      return
    }
    this.#bytes = written ?? Buffer.allocUnsafeSlow(withSlack(after?.sizeBytes ?? smallestSize))
    this.#used = written?.length ?? (home === undefined ? 0 : segmentMagic.copy(this.#bytes))
    this.#places = new Uint32Array(withSlack(after?.count ?? 16))
  }

  get sealed(): boolean {
    return this.#sealed
  }

  get end(): number {
    return this.first + this.count
  }

  get sizeBytes(): number {
    return this.#used
  }

  /** What is to be known of it when it is sealed. */
  get facts(): SealedFacts {
    const { first, count, sizeBytes, firstArrivalMs, lastArrivalMs } = this
    return { first, count, sizeBytes, firstArrivalMs, lastArrivalMs }
  }

  /** The bytes that {@link placeOf} points into. */
  get bytes(): Buffer {
    const home = this.#home
    this.#bytes ??= this.#read(home as SegmentHome)
    home?.resident.touched(this)
    return this.#bytes
  }

  /** Only after {@link bytes} have been asked for. */
  placeOf(index: number): number {
    return (this.#places as Uint32Array)[index] as number
  }

  arrivalMsOf(index: number): number {
    if (index === 0) return this.firstArrivalMs
    return recordArrivalMs(this.bytes, this.placeOf(index))
  }

  /** The index of the first record that arrived at `ms` or later; `count` if there is none. */
  indexAtOrAfter(ms: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.arrivalMsOf(middle) < ms) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Adds a record that is not acknowledged yet. False, and nothing added, if the blob is malformed. */
  stage(
    { partitionKey: key = '', blob, blobSize, encrypted }: NewRecord,
    arrivalMs: number,
    writer: BlobWriter,
  ): boolean {
    const bytes = this.#reserve(blockHeaderSize + recordHeaderSize + key.length * 3 + blobSize)
    if (this.#blockStart < 0) this.#beginBlock()
    const place = this.#used
    const keySize = bytes.write(key, place + recordHeaderSize)
    const dataAt = place + recordHeaderSize + keySize
    if (!writer.writeBlob(blob, blobSize, bytes, dataAt)) return false
    writeRecordHeader(bytes, place, keySize, blobSize, arrivalMs, encrypted)
    this.recall(place, arrivalMs)
    this.#used = dataAt + blobSize
    return true
  }

  /** Takes note of the record at a place of the bytes. */
  recall(place: number, arrivalMs: number): void {
    let places = this.#places as Uint32Array
    if (this.count === places.length) {
      places = new Uint32Array(this.count * 2)
      places.set(this.#places as Uint32Array)
      this.#places = places
    }
    if (this.count === 0) this.firstArrivalMs = arrivalMs
    places[this.count++] = place
    this.lastArrivalMs = arrivalMs
  }

  /** Acknowledges what was staged; a durable segment has written it then. Throws and forgets it if writing fails. */
  commit(): void {
    if (this.#blockStart < 0) return
    if (this.#home !== undefined) {
      const bytes = this.#bytes as Buffer
      writeBlockHeader(bytes, this.#blockStart, this.#used)
      try {
        this.#home.file.append(bytes.subarray(this.#flushed, this.#used))
      } catch (error) {
        this.rollback()
        throw error
      }
    }
    this.keep()
  }

  /** Declares everything in memory acknowledged. */
  keep(): void {
    this.#flushed = this.#used
    this.#flushedCount = this.count
    this.#flushedArrivalMs = this.lastArrivalMs
    this.#blockStart = -1
  }

  /** Forgets what was staged. */
  rollback(): void {
    if (this.#blockStart >= 0) this.#used = this.#blockStart
    this.#blockStart = -1
    this.count = this.#flushedCount
    this.lastArrivalMs = this.#flushedArrivalMs
  }

  /** No record follows: gives back spare memory, and the file descriptor. */
  seal(): void {
    this.#sealed = true
    this.#places = this.#places?.slice(0, this.count)
    this.#home?.file.close()
    if (this.#home !== undefined) this.#home.resident.touched(this)
    else this.#bytes = trimmed(this.#bytes as Buffer, this.#used)
  }

  /** Drops the bytes of a sealed durable segment from memory. */
  evict(): void {
    this.#bytes = undefined
  }

  close(): void {
    this.#home?.file.close()
  }

  delete(): void {
    this.#home?.resident.forget(this)
    this.#home?.file.delete()
  }

  /** Nobody has looked at the bytes of a segment that was sealed before the start: they are checked now. */
  #read({ file }: SegmentHome): Buffer {
    const bytes = file.read()
    this.#places ??= sealedPlaces(file.path, bytes, this.count)
    return bytes
  }

  #beginBlock(): void {
    this.#blockStart = this.#used
    if (this.#home !== undefined) this.#used += blockHeaderSize
  }

  #reserve(size: number): Buffer {
    const bytes = this.#bytes as Buffer
    const needed = this.#used + size
    if (needed <= bytes.length) return bytes
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2))
    bytes.copy(larger, 0, 0, this.#used)
    this.#bytes = larger
    return larger
  }
}
