import { crc32 } from 'node:zlib'
import { MillraceError } from '../../errors.ts'
import { decodeCbor } from '../cbor.ts'
import { ByteReader } from './byte-reader.ts'
import { EntryScan } from './entry-scan.ts'
import { endMagic, groupFlags, magic, type StateFileHeader, trailerBytes } from './state-file-format.ts'

/** A key group in a file. */
export interface GroupInFile {
  readonly group: number
  readonly from: number
  readonly until: number
  readonly entries: number
  /** The earliest timer; infinity if there is none. */
  readonly earliestEvent: number
  readonly earliestProcessing: number
}

/** Gives some bytes of a file again. */
export type ReadBytes = (from: number, until: number) => Buffer

/** Takes the content of a file where it does not weigh on memory. */
export type SetAside = (content: Buffer) => ReadBytes

/** A state file that is read. Only its index is decoded at first. */
export class StateFile {
  readonly header: StateFileHeader
  /** Those that hold something. */
  readonly namespaces: readonly number[]
  /** In ascending order. */
  readonly groups: readonly GroupInFile[]
  /** The whole file, unless it is set aside. */
  readonly #content: Buffer | undefined
  readonly #read: ReadBytes | undefined

  /**
   * @param setAside Where the content is kept, if not in memory.
   * @throws MillraceError `CHECKPOINT_CORRUPT` for bytes that are not a whole state file of this format.
   */
  constructor(content: Uint8Array, setAside?: SetAside) {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    const indexAt = checked(bytes)
    const from = new ByteReader(bytes, magic.length)
    this.header = decodeCbor(from.slice(from.varint())) as StateFileHeader
    if (this.header.codec !== 'cbor') throw corrupt(`its values are encoded as ${this.header.codec}`)
    const firstEntry = from.at
    from.at = indexAt
    this.namespaces = Array.from({ length: from.varint() }, () => from.float64())
    this.groups = groupsFrom(from, firstEntry)
    this.#read = setAside?.(bytes)
    this.#content = this.#read === undefined ? bytes : undefined
  }

  /** How many entries there are. */
  get entries(): number {
    return this.groups.reduce((sum, { entries }) => sum + entries, 0)
  }

  /** What the file says of the keys of a group. */
  scan({ from, until }: GroupInFile): EntryScan {
    if (this.#content !== undefined) return new EntryScan(this.#content, from, until)
    return new EntryScan(this.#read!(from, until), 0, until - from)
  }
}

/** Where the index begins. */
function checked(bytes: Buffer): number {
  const trailerAt = bytes.length - trailerBytes
  const whole = trailerAt >= magic.length && bytes.subarray(trailerAt + 8).equals(endMagic)
  if (!whole) throw corrupt('it is torn or not a state file')
  if (!bytes.subarray(0, magic.length).equals(magic)) throw corrupt('it is of another format')
  if (crc32(bytes.subarray(0, trailerAt + 4)) !== bytes.readUInt32LE(trailerAt + 4)) {
    throw corrupt('its checksum does not match')
  }
  return bytes.readUInt32LE(trailerAt)
}

function corrupt(reason: string): MillraceError {
  return new MillraceError('CHECKPOINT_CORRUPT', `a file of keyed state cannot be read: ${reason}`)
}

function groupsFrom(reader: ByteReader, firstEntry: number): GroupInFile[] {
  let [group, from] = [0, firstEntry]
  return Array.from({ length: reader.varint() }, () => {
    group += reader.varint()
    const until = from + reader.varint()
    const entries = reader.varint()
    const flags = reader.byte()
    const earliestEvent = (flags & groupFlags.eventTimers) === 0 ? Infinity : reader.float64()
    const earliestProcessing = (flags & groupFlags.processingTimers) === 0 ? Infinity : reader.float64()
    const found = { group, from, until, entries, earliestEvent, earliestProcessing }
    from = until
    return found
  })
}
