import { closeSync, ftruncateSync, readSync } from 'node:fs'
import { MillraceError } from '../../errors.ts'
import { ByteReader } from '../files/byte-reader.ts'
import type { ByteWriter } from '../files/byte-writer.ts'
import { namelessFile, writeAll } from './nameless-file.ts'
import type { Place } from './place-table.ts'

/** A segment begins no record beyond this. */
const segmentBytes = 16 * 2 ** 20
/** As many segments as a place can tell apart, less the one that would make a place 0, 0. */
const maxSegments = 2 ** 12
/** A record that is as long or longer says its length itself. */
const longRecord = 2 ** 20 - 1
/** A segment is emptied in pieces of this. */
const emptiedBytes = 128 * 1024
/** Appended bytes are written together. */
const bufferBytes = 2 ** 20

interface Segment {
  readonly number: number
  readonly file: number
  /** How many bytes it has, with those that are not written yet. */
  sizeBytes: number
  /** How many of them are still of use. */
  liveBytes: number
}

/**
 * Records one after another in files of a folder of its own. It holds nothing that a checkpoint does not have: the files
 * lose their names as soon as they are open, and are gone with the process.
 *
 * A record is its length, 4 bytes little-endian, and its bytes.
 */
export class RecordLog {
  readonly #folder: string
  readonly #segments: (Segment | undefined)[] = []
  #last!: Segment
  readonly #buffer = Buffer.allocUnsafe(bufferBytes)
  #buffered = 0
  #scratch: Buffer = Buffer.allocUnsafe(64 * 1024)
  readonly #reader = new ByteReader(this.#scratch)

  /** @param folder Where files may be made. It must be there. */
  constructor(folder: string) {
    this.#folder = folder
    this.#begin()
  }

  /** The bytes of all segments, and how many of them are of use. */
  get size(): { readonly bytes: number; readonly liveBytes: number } {
    let [bytes, liveBytes] = [0, 0]
    for (const segment of this.#segments) {
      bytes += segment?.sizeBytes ?? 0
      liveBytes += segment?.liveBytes ?? 0
    }
    return { bytes, liveBytes }
  }

  append(record: ByteWriter): Place {
    if (this.#last.sizeBytes >= segmentBytes) this.#begin()
    const segment = this.#last
    const low = segment.sizeBytes
    const length = 4 + record.length
    if (this.#buffered + length > bufferBytes) this.#flush()
    if (length > bufferBytes) this.#writeLong(segment, record)
    else {
      this.#buffer.writeUInt32LE(record.length, this.#buffered)
      record.copyTo(this.#buffer, this.#buffered + 4)
      this.#buffered += length
    }
    segment.sizeBytes += length
    segment.liveBytes += length
    return { high: segment.number * 2 ** 20 + Math.min(length, longRecord), low }
  }

  /** A record, from its first byte on. The reader is the same for all: it is good until the next call. */
  read(high: number, low: number): ByteReader {
    const segment = this.#segmentOf(high)
    let length = high % 2 ** 20
    if (length === longRecord) {
      this.#fetch(segment, low, 4)
      length = 4 + this.#reader.uint32()
    }
    this.#fetch(segment, low, length)
    this.#reader.at += 4
    return this.#reader
  }

  /** A record is of no use any more. */
  forget({ high, low }: Place): void {
    const segment = this.#segmentOf(high)
    const length = high % 2 ** 20
    if (length === longRecord) this.#fetch(segment, low, 4)
    segment.liveBytes -= length === longRecord ? 4 + this.#reader.uint32() : length
    if (segment.liveBytes === 0 && segment !== this.#last) this.#end(segment)
  }

  /** The records of the oldest segment that is worth being emptied: at most a third of it is of use. */
  *worthEmptying(): Generator<Place & { readonly record: Buffer }> {
    const segment = this.#segments.find((one) => one !== undefined && one !== this.#last && isSparse(one))
    if (segment === undefined) return
    // It ends when the last of its records is forgotten, which may be meanwhile.
    for (let low = 0; low < segment.sizeBytes && this.#segments[segment.number] === segment; ) {
      const piece = firstRecords(segment, low)
      for (let at = 0; at < piece.length; ) {
        const length = 4 + piece.readUInt32LE(at)
        const high = segment.number * 2 ** 20 + Math.min(length, longRecord)
        yield { high, low, record: piece.subarray(at + 4, at + length) }
        at += length
        low += length
      }
    }
  }

  close(): void {
    for (const segment of this.#segments) if (segment !== undefined) closeSync(segment.file)
    this.#segments.length = 0
  }

  #begin(): void {
    this.#flush()
    let number = 1
    while (this.#segments[number] !== undefined) number += 1
    if (number >= maxSegments) {
      throw new MillraceError('STORE_FAILED', 'a keyed state on disk has grown beyond 64 GiB')
    }
    const segment = { number, file: namelessFile(this.#folder), sizeBytes: 0, liveBytes: 0 }
    const before = this.#last as Segment | undefined
    this.#segments[number] = segment
    this.#last = segment
    if (before?.liveBytes === 0) this.#end(before)
  }

  #end(segment: Segment): void {
    this.#segments[segment.number] = undefined
    ftruncateSync(segment.file, 0)
    closeSync(segment.file)
  }

  #segmentOf(high: number): Segment {
    return this.#segments[Math.floor(high / 2 ** 20)]!
  }

  #flush(): void {
    if (this.#buffered === 0) return
    writeAll(this.#last.file, this.#buffer.subarray(0, this.#buffered))
    this.#buffered = 0
  }

  #writeLong(segment: Segment, record: ByteWriter): void {
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(record.length)
    writeAll(segment.file, length)
    writeAll(segment.file, record.end())
  }

  /** Has the reader stand before bytes of a segment. */
  #fetch(segment: Segment, from: number, length: number): void {
    const writtenBytes = segment === this.#last ? segment.sizeBytes - this.#buffered : segment.sizeBytes
    if (from >= writtenBytes) {
      this.#reader.bytes = this.#buffer
      this.#reader.at = from - writtenBytes
      return
    }
    if (length > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(2 * length)
    readSync(segment.file, this.#scratch, 0, length, from)
    this.#reader.bytes = this.#scratch
    this.#reader.at = 0
  }
}

/** As many whole records from a place on as are read at once, but one at least. */
function firstRecords(segment: Segment, from: number): Buffer {
  const some = bytesOf(segment, from, Math.min(emptiedBytes, segment.sizeBytes - from))
  const first = 4 + some.readUInt32LE(0)
  if (first > some.length) return bytesOf(segment, from, first)
  let until = first
  while (until + 4 <= some.length && until + 4 + some.readUInt32LE(until) <= some.length) {
    until += 4 + some.readUInt32LE(until)
  }
  return some.subarray(0, until)
}

function bytesOf({ file }: Segment, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  readSync(file, bytes, 0, length, from)
  return bytes
}

function isSparse({ sizeBytes, liveBytes }: Segment): boolean {
  return 3 * liveBytes <= sizeBytes
}
