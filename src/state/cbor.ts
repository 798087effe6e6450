import { Encoder } from 'cbor-x'

/**
 * Plain CBOR (RFC 8949): no extension that another reader would not know. Numbers, strings, booleans, null, bigints,
 * dates, byte arrays, arrays, maps and plain objects come back as what they were.
 */
const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false })

export function encodeCbor(value: unknown): Uint8Array {
  return Uint8Array.from(encoder.encode(value))
}

export function decodeCbor(content: Uint8Array): unknown {
  return encoder.decode(content)
}
