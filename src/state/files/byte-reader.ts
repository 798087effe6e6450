/** Reads what {@link ByteWriter} writes. */
export class ByteReader {
  bytes: Buffer
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  byte(): number {
    return this.bytes[this.at++]!
  }

  varint(): number {
    let byte = this.bytes[this.at++]!
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * scale
    }
    return value
  }

  uint32(): number {
    this.at += 4
    return this.bytes.readUInt32LE(this.at - 4)
  }

  float64(): number {
    this.at += 8
    return this.bytes.readDoubleLE(this.at - 8)
  }

  text(): string {
    const length = this.varint()
    this.at += length
    return this.bytes.toString('utf8', this.at - length, this.at)
  }

  slice(length: number): Buffer {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}
