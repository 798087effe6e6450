import avsc, { type Type } from 'avsc'

/**
 * Avro's `long` as a number, exact or refused. The one of `avsc` takes numbers beyond 2^52 for others without a word,
 * since it computes in floating point.
 */
export const exactLong: Type = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer): number => {
    const long = bytes.readBigInt64LE()
    const value = Number(long)
    if (!Number.isSafeInteger(value)) throw new Error(`the long ${long} is no exact number in JavaScript`)
    return value
  },
  toBuffer: (value: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return bytes
  },
  fromJSON: Number,
  toJSON: Number,
  isValid: Number.isSafeInteger,
  compare: (a: number, b: number) => Math.sign(a - b),
})
