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

/** Its types do not say that it can be told where the content ends. */
const decode = encoder.decode.bind(encoder) as (content: Uint8Array, end?: number) => unknown

/** Small values are decoded from one buffer: cbor-x makes a view of every buffer that is new to it, which takes longer. */
const small = new Uint8Array(64)

export function decodeCbor(content: Uint8Array): unknown {
  const { length } = content
  if (length > small.length) return decode(bytesOnly(content))
  for (let index = 0; index < length; index += 1) small[index] = content[index]!
  return decode(small, length)
}

/** Bytes that are found in a Buffer would be Buffers themselves, which do other things by the same names. */
function bytesOnly(content: Uint8Array): Uint8Array {
  if (!Buffer.isBuffer(content)) return content
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
}
