import { closeSync, ftruncateSync, readSync } from 'node:fs'
import { MillraceError } from '../../errors.ts'
import { ByteReader } from '../files/byte-reader.ts'
import type { ByteWriter } from '../files/byte-writer.ts'
import { namelessFile, writeAll } from './nameless-file.ts'
import { maxSegments, offsetOf, type Place, placeOf, segmentBytes, segmentOf, sizeClassOf } from './place.ts'
import { bytesOfClass, classOf } from './size-class.ts'

/** The memory of the first segment: most states are small. */
const firstBytes = 2 ** 20
/** A segment is emptied in pieces of this. */
const emptiedBytes = 64 * 1024
/** A segment leaves memory in pieces of this, at the pace at which the newest one grows: no call takes long. */
const leavingBytes = 256 * 1024

interface Segment {
  readonly number: number
  /** Its bytes, until it is in a file. */
  memory: Buffer | undefined
  file: number | undefined
  sizeBytes: number
  /** How many of them are still of use. */
  liveBytes: number
}

/** A segment that is being written to its file, and stays as it is from now on. */
interface Leaving {
  readonly segment: Segment
  readonly file: number
  writtenBytes: number
  dueBytes: number
}

/**
 * Records one after another: the newest in memory, where they may be written anew, and what memory has no room for in files
 * of a folder. It holds nothing that a checkpoint does not have: the files lose their names as soon as they are open, and
 * are gone with the process.
 *
 * A record is the class of its size, 1 byte, and its bytes, which tell themselves where they end.
 */
export class RecordLog {
  readonly #folder: string
  readonly #memoryBytes: number
  readonly #segments: (Segment | undefined)[] = []
  /** Those in memory, the oldest first. */
  #inMemory: Segment[] = []
  /** Memory that no segment has any more. */
  #spare: Buffer | undefined
  #last!: Segment
  #leaving: Leaving | undefined
  #scratch: Buffer = Buffer.allocUnsafe(64 * 1024)
  readonly #reader = new ByteReader(this.#scratch)

  /**
   * @param folder Where files may be made. It must be there.
   * @param memoryBytes How much stays in memory, but for the newest segment and one that is leaving.
   */
  constructor(folder: string, memoryBytes: number) {
    this.#folder = folder
    this.#memoryBytes = memoryBytes
    this.#begin(firstBytes)
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
    const sizeClass = classOf(1 + record.length)
    const [place, memory, at] = this.#room(sizeClass)
    memory[at] = sizeClass
    record.copyTo(memory, at + 1)
    return place
  }

  /** Writes a record anew, where it lies if it can. Gives the place where it is now. */
  rewrite(place: Place, record: ByteWriter): Place {
    const segment = this.#segments[segmentOf(place)]!
    const memory = segment === this.#leaving?.segment ? undefined : segment.memory
    if (memory === undefined || classOf(1 + record.length) !== sizeClassOf(place)) {
      this.forget(place)
      return this.append(record)
    }
    record.copyTo(memory, offsetOf(place) + 1)
    return place
  }

  /** A record, from its first byte on. The reader is the same for all: it is good until the next call. */
  read(place: Place): ByteReader {
    const { memory, file } = this.#segments[segmentOf(place)]!
    const from = offsetOf(place)
    if (memory !== undefined) {
      this.#reader.bytes = memory
      this.#reader.at = from + 1
      return this.#reader
    }
    const length = bytesOfClass(sizeClassOf(place))
    if (length > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(2 * length)
    readSync(file!, this.#scratch, 0, length, from)
    this.#reader.bytes = this.#scratch
    this.#reader.at = 1
    return this.#reader
  }

  /** Has a record in memory that was just read. Gives the place where it is now. */
  keepInMemory(place: Place): Place {
    if (this.#segments[segmentOf(place)]!.memory !== undefined) return place
    return this.#moved(place, this.#scratch, 0)
  }

  /** A record is of no use any more. */
  forget(place: Place): void {
    const segment = this.#segments[segmentOf(place)]!
    segment.liveBytes -= bytesOfClass(sizeClassOf(place))
    if (segment.liveBytes === 0 && segment !== this.#last) this.#end(segment)
  }

  /**
   * Goes through the records of the segment that has least of use, if that is at most a half, in pieces. Gives the size of
   * each piece once it is done.
   *
   * @param visit Is given a record that may be of use, where to read it, and what moves it to the end.
   */
  *empty(visit: (place: Place, record: ByteReader, move: () => Place) => void): Generator<number> {
    const segment = this.#sparsest()
    if (segment === undefined) return
    const reader = new ByteReader(this.#scratch)
    // It ends when the last of its records is forgotten, which may be meanwhile.
    for (let from = 0; from < segment.sizeBytes && this.#segments[segment.number] === segment; ) {
      const piece = firstRecords(segment, from)
      reader.bytes = piece
      let [at, place] = [0, 0]
      const move = () => this.#moved(place, piece, at)
      while (at < piece.length) {
        const sizeClass = piece[at]!
        place = placeOf(sizeClass, segment.number, from + at)
        reader.at = at + 1
        visit(place, reader, move)
        at += bytesOfClass(sizeClass)
      }
      from += piece.length
      yield piece.length
    }
  }

  close(): void {
    for (const segment of this.#segments) if (segment?.file !== undefined) closeSync(segment.file)
    if (this.#leaving !== undefined) closeSync(this.#leaving.file)
    this.#leaving = undefined
    this.#segments.length = 0
    this.#inMemory = []
    this.#spare = undefined
  }

  /** Has the bytes of a record at the end. */
  #moved(place: Place, bytes: Buffer, from: number): Place {
    const sizeClass = sizeClassOf(place)
    this.forget(place)
    const [moved, memory, at] = this.#room(sizeClass)
    bytes.copy(memory, at, from, from + bytesOfClass(sizeClass))
    return moved
  }

  /** Memory for a record at the end. */
  #room(sizeClass: number): readonly [place: Place, memory: Buffer, at: number] {
    const length = bytesOfClass(sizeClass)
    if (this.#last.sizeBytes + length > this.#last.memory!.length) this.#begin(Math.max(segmentBytes, length))
    const segment = this.#last
    const at = segment.sizeBytes
    segment.sizeBytes += length
    segment.liveBytes += length
    if (this.#leaving !== undefined) this.#writeOut(this.#leaving, length)
    return [placeOf(sizeClass, segment.number, at), segment.memory!, at]
  }

  #begin(capacity: number): void {
    const before = this.#last as Segment | undefined
    let number = 1
    while (this.#segments[number] !== undefined) number += 1
    if (number >= maxSegments) {
      throw new MillraceError('STORE_FAILED', 'a keyed state on disk has grown beyond 64 GiB')
    }
    if (this.#leaving !== undefined) this.#writeOut(this.#leaving, Number.POSITIVE_INFINITY)
    const memory = this.#spare?.length === capacity ? this.#spare : Buffer.allocUnsafeSlow(capacity)
    this.#spare = undefined
    const segment = { number, memory, file: undefined, sizeBytes: 0, liveBytes: 0 }
    this.#segments[number] = segment
    this.#inMemory.push(segment)
    this.#last = segment
    if (before?.liveBytes === 0) this.#end(before)
    this.#makeRoom()
  }

  /** Has the oldest segment leave memory if there is too much in it. */
  #makeRoom(): void {
    let heldBytes = -this.#last.memory!.length
    for (const { memory } of this.#inMemory) heldBytes += memory!.length
    for (let [oldest] = this.#inMemory; heldBytes > this.#memoryBytes; [oldest] = this.#inMemory) {
      heldBytes -= oldest!.memory!.length
      const leaving = { segment: oldest!, file: namelessFile(this.#folder), writtenBytes: 0, dueBytes: 0 }
      this.#leaving = leaving
      // After a record that is much longer than others there is room for them only at once.
      if (heldBytes > this.#memoryBytes) this.#writeOut(leaving, Number.POSITIVE_INFINITY)
    }
  }

  /** The newest segment has grown. */
  #writeOut(leaving: Leaving, grownBytes: number): void {
    const { segment, file, writtenBytes } = leaving
    leaving.dueBytes += grownBytes
    if (leaving.dueBytes < leavingBytes) return
    const until = Math.min(writtenBytes + leaving.dueBytes, segment.sizeBytes)
    writeAll(file, segment.memory!.subarray(writtenBytes, until), writtenBytes)
    leaving.writtenBytes = until
    leaving.dueBytes = 0
    if (until < segment.sizeBytes) return
    segment.file = file
    this.#leaveMemory(segment)
    this.#leaving = undefined
  }

  #leaveMemory(segment: Segment): void {
    this.#spare = segment.memory
    segment.memory = undefined
    this.#inMemory = this.#inMemory.filter((one) => one !== segment)
  }

  #end(segment: Segment): void {
    this.#segments[segment.number] = undefined
    if (this.#leaving?.segment === segment) {
      segment.file = this.#leaving.file
      this.#leaving = undefined
    }
    if (segment.memory !== undefined) this.#leaveMemory(segment)
    if (segment.file === undefined) return
    ftruncateSync(segment.file, 0)
    closeSync(segment.file)
  }

  /** The segment of which at most a half is of use, and least. */
  #sparsest(): Segment | undefined {
    let [found, least] = [undefined as Segment | undefined, 0.5]
    for (const segment of this.#segments) {
      if (segment === undefined || segment === this.#last) continue
      const live = segment.liveBytes / segment.sizeBytes
      if (live <= least) [found, least] = [segment, live]
    }
    return found
  }
}

/** A copy of as many whole records from a place on as are read at once, but one at least. */
function firstRecords(segment: Segment, from: number): Buffer {
  const some = bytesOf(segment, from, Math.min(emptiedBytes, segment.sizeBytes - from))
  const first = bytesOfClass(some[0]!)
  if (first > some.length) return bytesOf(segment, from, first)
  let until = first
  while (until < some.length && until + bytesOfClass(some[until]!) <= some.length) {
    until += bytesOfClass(some[until]!)
  }
  return some.subarray(0, until)
}

function bytesOf({ memory, file }: Segment, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  if (memory === undefined) readSync(file!, bytes, 0, length, from)
  else memory.copy(bytes, 0, from, from + length)
  return bytes
}
