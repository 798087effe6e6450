import { crc32 } from 'node:zlib'
import { MillraceError } from '../../errors.ts'
import { decodeCbor } from '../cbor.ts'
import { ByteReader } from './byte-reader.ts'
import { readKey } from './key-bytes.ts'
import { noTimes, type StateEntry } from './state-entry.ts'
import {
  endMagic,
  entryFlags,
  groupFlags,
  magic,
  type StateFileHeader,
  trailerBytes,
} from './state-file-format.ts'

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

/** A state file that is read. Only its index is decoded at first. */
export class StateFile {
  readonly header: StateFileHeader
  /** Those that hold something. */
  readonly namespaces: readonly number[]
  /** In ascending order. */
  readonly groups: readonly GroupInFile[]
  readonly #content: Uint8Array

  /** @throws MillraceError `CHECKPOINT_CORRUPT` for bytes that are not a whole state file of this format. */
  constructor(content: Uint8Array) {
    this.#content = content
    const indexAt = checked(content)
    const from = new ByteReader(content, magic.length)
    this.header = decodeCbor(from.slice(from.varint())) as StateFileHeader
    const firstEntry = from.at
    from.at = indexAt
    this.namespaces = Array.from({ length: from.varint() }, () => from.float64())
    this.groups = groupsFrom(from, firstEntry)
  }

  /** How many entries there are. */
  get entries(): number {
    return this.groups.reduce((sum, { entries }) => sum + entries, 0)
  }

  /** What the file says of the keys of a group. Values are views of the file. */
  *entriesOf({ from, until }: GroupInFile): Generator<StateEntry> {
    const reader = new ByteReader(this.#content, from)
    let namespace = 0
    while (reader.at < until) {
      const flags = reader.byte()
      if ((flags & entryFlags.namespace) !== 0) namespace = reader.float64()
      const key = readKey(reader)
      const value = (flags & entryFlags.deleted) !== 0 ? undefined : reader.slice(reader.varint())
      const timers =
        (flags & (entryFlags.eventTimers | entryFlags.processingTimers)) === 0
          ? noTimes
          : {
              event: (flags & entryFlags.eventTimers) === 0 ? [] : timesFrom(reader),
              processing: (flags & entryFlags.processingTimers) === 0 ? [] : timesFrom(reader),
            }
      yield { namespace, key, value, timers }
    }
  }
}

/** Where the index begins. */
function checked(content: Uint8Array): number {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
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

function timesFrom(reader: ByteReader): number[] {
  return Array.from({ length: reader.varint() }, () => reader.float64())
}
