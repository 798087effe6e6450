import type { Json } from '../../../src/contract/json.ts'
import { MillraceError } from '../../../src/errors.ts'

/*
 * Records in a row, as a checkpoint holds them:
 *
 *     timestamp (float64) · length of notes (uint32) · length of data (uint32) · notes as JSON · data
 *
 * all numbers in little-endian. Two such pieces, one after the other, are a piece again.
 */
const headBytes = 16

/** A record without its id. */
export interface PlainRecord {
  readonly data: Uint8Array
  readonly timestamp: number
  readonly notes: Json | undefined
}

/** One record as bytes. */
export function recordBytes({ data, timestamp, notes }: PlainRecord): Uint8Array {
  const noted = notes === undefined ? noBytes : Buffer.from(JSON.stringify(notes))
  const bytes = Buffer.allocUnsafe(headBytes + noted.length + data.length)
  bytes.writeDoubleLE(timestamp, 0)
  bytes.writeUInt32LE(noted.length, 8)
  bytes.writeUInt32LE(data.length, 12)
  bytes.set(noted, headBytes)
  bytes.set(data, headBytes + noted.length)
  return bytes
}

const noBytes = Buffer.alloc(0)

/** The records of some pieces. Their data are views of the bytes. */
export function recordsIn(pieces: readonly Uint8Array[]): PlainRecord[] {
  return pieces.flatMap((piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const records: PlainRecord[] = []
    for (let at = 0; at < bytes.length; ) {
      const { record, end } = recordAt(bytes, at)
      records.push(record)
      at = end
    }
    return records
  })
}

function recordAt(bytes: Buffer, at: number): { record: PlainRecord; end: number } {
  if (at + headBytes > bytes.length) throw cutOff()
  const noted = at + headBytes
  const begin = noted + bytes.readUInt32LE(at + 8)
  const end = begin + bytes.readUInt32LE(at + 12)
  if (end > bytes.length) throw cutOff()
  const notes: Json | undefined =
    begin === noted ? undefined : JSON.parse(bytes.toString('utf8', noted, begin))
  return { record: { timestamp: bytes.readDoubleLE(at), data: bytes.subarray(begin, end), notes }, end }
}

function cutOff(): MillraceError {
  return new MillraceError('CHECKPOINT_CORRUPT', 'records that wait to be sent are cut off')
}
