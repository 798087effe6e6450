import { hash } from 'node:crypto'

const space = 2n ** 128n

/**
 * A hash key as 32 hexadecimal digits. In this form the order of the text is the order of the numbers, and what MD5
 * gives needs no conversion.
 */
export type HashKey = string

/** Both ends belong to the range. */
export interface HashKeyRange {
  readonly start: HashKey
  readonly end: HashKey
}

export function hashKeyOf(partitionKey: string): HashKey {
  return hash('md5', partitionKey, 'hex')
}

/** `undefined` for a number outside of the 128 bits. */
export function hashKeyFromDecimal(text: string): HashKey | undefined {
  const number = BigInt(text)
  return number < space ? fromNumber(number) : undefined
}

export function hashKeyToDecimal(key: HashKey): string {
  return String(numberOf(key))
}

/** The ranges of a new stream: equal in size, except that the last one takes what is left. */
export function initialRanges(count: number): HashKeyRange[] {
  const width = space / BigInt(count)
  return Array.from({ length: count }, (_, index) => {
    const end = index === count - 1 ? space : BigInt(index + 1) * width
    return { start: fromNumber(BigInt(index) * width), end: fromNumber(end - 1n) }
  })
}

/** Where the upper half of a range begins. */
export function hashKeyMiddle({ start, end }: HashKeyRange): HashKey {
  return fromNumber((numberOf(start) + numberOf(end) + 1n) / 2n)
}

/** The key before this one. */
export function hashKeyBefore(key: HashKey): HashKey {
  return fromNumber(numberOf(key) - 1n)
}

/** How far `to` lies behind `from`; negative if it lies before. */
export function hashKeyDistance(from: HashKey, to: HashKey): bigint {
  return numberOf(to) - numberOf(from)
}

function numberOf(key: HashKey): bigint {
  return BigInt(`0x${key}`)
}

function fromNumber(number: bigint): HashKey {
  return number.toString(16).padStart(32, '0')
}
