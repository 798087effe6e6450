import fc from 'fast-check'

/** How an encoder may choose: lengths in more bytes than it takes, and strings, arrays and maps that end with a break. */
export interface Choices {
  /** 0 to 3: lengths are in at least so many doublings of a byte. */
  readonly wide: number
  readonly indefinite: boolean
}

export const choices: fc.Arbitrary<Choices> = fc.record({ wide: fc.nat(3), indefinite: fc.boolean() })

/** CBOR as the service may write it; a `Date` becomes tag 1 over milliseconds. Members that are `undefined` are left out. */
export function cborOf(value: unknown, choices: Choices = { wide: 0, indefinite: false }): Buffer {
  const { indefinite } = choices
  const whole = (kind: number, items: Buffer[], count: number) =>
    indefinite
      ? Buffer.concat([Buffer.of((kind << 5) | 31), ...items, Buffer.of(0xff)])
      : Buffer.concat([head(kind, count, choices), ...items])
  const string = (kind: number, bytes: Uint8Array) =>
    indefinite ? whole(kind, inPieces(kind, bytes, choices), 0) : inPieces(kind, bytes, choices, 1)[0]!
  if (value === null) return Buffer.of(0xf6)
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4)
  if (typeof value === 'number') return number(value, choices)
  if (typeof value === 'string') return string(3, Buffer.from(value))
  if (value instanceof Uint8Array) return string(2, value)
  if (value instanceof Date) return Buffer.concat([Buffer.of(0xc1), number(value.getTime(), choices)])
  if (Array.isArray(value))
    return whole(
      4,
      value.map((item) => cborOf(item, choices)),
      value.length,
    )
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined)
  return whole(
    5,
    members.flat().map((item) => cborOf(item, choices)),
    members.length,
  )
}

/** Cut anywhere: pieces of a text need not be whole characters for a reader that joins them first. */
function inPieces(kind: number, bytes: Uint8Array, choices: Choices, pieces = 2): Buffer[] {
  const size = Math.ceil(bytes.length / pieces)
  return Array.from({ length: pieces }, (_, i) => {
    const piece = bytes.subarray(i * size, (i + 1) * size)
    return Buffer.concat([head(kind, piece.length, choices), piece])
  })
}

function number(value: number, choices: Choices): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0))
    return value >= 0 ? head(0, value, choices) : head(1, -1 - value, choices)
  const bytes = Buffer.alloc(9, 0xfb)
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function head(kind: number, value: number, { wide }: Choices): Buffer {
  const needed = value < 24 ? -1 : value < 2 ** 8 ? 0 : value < 2 ** 16 ? 1 : value < 2 ** 32 ? 2 : 3
  const doublings = Math.max(needed, wide === 0 ? -1 : wide)
  if (doublings < 0) return Buffer.of((kind << 5) | value)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return Buffer.concat([Buffer.of((kind << 5) | (24 + doublings)), bytes.subarray(8 - 2 ** doublings)])
}
