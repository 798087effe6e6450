/**
 * Sequence numbers, version 2. Hexadecimal digits from the left, 47 in all, written as a decimal number:
 *
 *     2 | 9 shard created, seconds | 1 low nibble of shard index | 16 counter | 00 | 9 seconds | 8 shard index | 2
 *
 * The counter of a shard's first record is 1. A shard's own start carries 0, its end the largest that is positive in 64
 * bits. The seconds in front make the numbers of a shard greater than all of its parents'.
 */
export interface SequenceNumber {
  readonly shardCreatedSeconds: number
  readonly shardIndex: number
  readonly counter: bigint
  /** When the record arrived. */
  readonly seconds: number
}

/** In the number that ends a closed shard. */
export const lastCounter = 2n ** 63n - 1n

/** The decimal text of a sequence number: always 56 digits. */
export function formatSequenceNumber(parts: SequenceNumber): string {
  const { shardCreatedSeconds, shardIndex, counter, seconds } = parts
  let number = 2n
  number = (number << 36n) | BigInt(shardCreatedSeconds)
  number = (number << 4n) | BigInt(shardIndex & 15)
  number = (number << 64n) | counter
  number = (number << 44n) | BigInt(seconds)
  number = (number << 32n) | BigInt(shardIndex)
  return String((number << 4n) | 2n)
}

/** The parts of a sequence number; `undefined` for text that is not one of version 2. */
export function parseSequenceNumber(text: string): SequenceNumber | undefined {
  if (!/^[1-9]\d{55}$/.test(text)) return undefined
  const number = BigInt(text)
  const field = (shift: bigint, bits: number) => BigInt.asUintN(bits, number >> shift)
  const shardIndex = Number(field(4n, 32))
  const wellFormed =
    number >> 184n === 2n &&
    field(0n, 4) === 2n &&
    field(72n, 8) === 0n &&
    Number(field(144n, 4)) === (shardIndex & 15)
  if (!wellFormed) return undefined
  return {
    shardCreatedSeconds: Number(field(148n, 36)),
    shardIndex,
    counter: field(80n, 64),
    seconds: Number(field(36n, 36)),
  }
}
