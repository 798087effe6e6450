import { crc32 } from 'node:zlib'

/**
 * The frames of an event stream, cut out of the bytes of a connection. All numbers are big-endian:
 *
 *     total length (4) | headers length (4) | CRC-32 of these 8 (4) | headers | payload | CRC-32 of all before it (4)
 *
 * A frame that arrived in one piece is a view of it; one that came in several is put together once.
 */
export class EventFrames {
  #pieces: Buffer[] = []
  #heldBytes = 0
  /** How many bytes the frame that has begun comes to, once that is known. */
  #frameBytes: number | undefined

  /** Bytes of a frame that is not whole yet. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Takes in bytes, and gives the frames that are whole now. Throws {@link DamagedFrame}. */
  *push(chunk: Uint8Array): Generator<EventFrame, void, undefined> {
    this.#hold(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    for (;;) {
      if (this.#frameBytes === undefined && this.#heldBytes >= preludeBytes)
        this.#frameBytes = this.#measure()
      if (this.#frameBytes === undefined || this.#heldBytes < this.#frameBytes) return
      const all = this.#joined(this.#heldBytes)
      const frame = frameOf(all.subarray(0, this.#frameBytes))
      this.#pieces = []
      this.#heldBytes = 0
      const rest = all.subarray(this.#frameBytes)
      this.#frameBytes = undefined
      if (rest.length > 0) this.#hold(rest)
      yield frame
    }
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.#heldBytes += piece.length
  }

  /** The checksum of the lengths comes before any trust in them. */
  #measure(): number {
    const prelude = this.#joined(preludeBytes)
    if (crc32(prelude.subarray(0, 8)) !== prelude.readUInt32BE(8)) {
      throw new DamagedFrame('the lengths of an event do not match their checksum')
    }
    const [total, headers] = [prelude.readUInt32BE(0), prelude.readUInt32BE(4)]
    if (headers > mostHeaderBytes || total > mostBytes || total < overheadBytes + headers) {
      throw new DamagedFrame(`an event of ${total} bytes with ${headers} bytes of headers`)
    }
    return total
  }

  #joined(atLeast: number): Buffer {
    const first = this.#pieces[0]!
    if (first.length >= atLeast) return first
    const joined = Buffer.concat(this.#pieces, this.#heldBytes)
    this.#pieces = [joined]
    return joined
  }
}

/** One frame. `headers` holds those whose value is a text; a subscription has no others. */
export interface EventFrame {
  readonly headers: ReadonlyMap<string, string>
  readonly payload: Buffer
}

/** Bytes that are no event stream, or were damaged on their way. */
export class DamagedFrame extends Error {
  override readonly name = 'DamagedFrame'
  /** As for a connection that breaks: ask again. */
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE'
}

const preludeBytes = 12
const overheadBytes = 16
const mostHeaderBytes = 128 * 1024
const mostBytes = overheadBytes + mostHeaderBytes + 24 * 2 ** 20

function frameOf(bytes: Buffer): EventFrame {
  const end = bytes.length - 4
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) {
    throw new DamagedFrame('an event does not match its checksum')
  }
  const headersEnd = preludeBytes + bytes.readUInt32BE(4)
  return {
    headers: textHeaders(bytes.subarray(preludeBytes, headersEnd)),
    payload: bytes.subarray(headersEnd, end),
  }
}

const textType = 7
const bytesType = 6
/** How long a value is, by its type: true, false, byte, 16, 32 and 64 bits, …, timestamp, UUID. */
const valueBytes = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]

/** Each header is: length of the name (1) | name | type (1) | value. A text or bytes begin with their length (2). */
function textHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes[at]!
    const type = bytes[nameEnd]
    if (type === undefined) throw new DamagedFrame('the headers of an event are cut off')
    const name = bytes.toString('latin1', at + 1, nameEnd)
    const { start, end } = valueAt(bytes, nameEnd + 1, type)
    if (end > bytes.length) throw new DamagedFrame('the headers of an event are cut off')
    if (type === textType) headers.set(name, bytes.toString('utf8', start, end))
    at = end
  }
  return headers
}

function valueAt(bytes: Buffer, at: number, type: number): { start: number; end: number } {
  if (type === textType || type === bytesType) {
    if (at + 2 > bytes.length) throw new DamagedFrame('the headers of an event are cut off')
    return { start: at + 2, end: at + 2 + bytes.readUInt16BE(at) }
  }
  const length = valueBytes[type]
  if (length === undefined) throw new DamagedFrame(`a header of the unknown type ${type}`)
  return { start: at, end: at + length }
}
