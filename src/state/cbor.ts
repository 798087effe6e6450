import { Encoder } from 'cbor-x'

/**
 * Plain CBOR (RFC 8949): no extension that another reader would not know. Numbers, strings, booleans, null, bigints,
 * dates, byte arrays, arrays, maps and plain objects come back as what they were.
 */
const encoder = new Encoder({
  useRecords: false,
  mapsAsObjects: true,
  tagUint8Array: false,
  // What is decoded must not hold on to what it was decoded from, nor change with it.
  copyBuffers: true,
})

export function encodeCbor(value: unknown): Uint8Array {
  return new Uint8Array(encoder.encode(value))
}

/** The same without a copy: a view of a buffer that others share. For bytes that are copied elsewhere soon. */
export function cborView(value: unknown): Uint8Array {
  return encoder.encode(value)
}

export function decodeCbor(content: Uint8Array): unknown {
  // Bytes that are found in a Buffer would be Buffers themselves, which do other things by the same names.
  const bytes = Buffer.isBuffer(content)
    ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    : content
  return encoder.decode(bytes)
}
