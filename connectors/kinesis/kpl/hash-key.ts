import { hash } from 'node:crypto'
import type { HashRange } from '../hash-range.ts'

/*
 * A hash key here is 32 lowercase hexadecimal digits, as MD5 gives it: such texts compare as the numbers do.
 */

/** The hash key that Kinesis derives from a partition key: of its UTF-8. */
export function hashKeyOf(partitionKey: string): string {
  return hash('md5', partitionKey, 'hex')
}

/** The hash key that stands for itself, in decimal; `undefined` if the text is none below 2^128. */
export function explicitHashKey(decimal: Uint8Array): string | undefined {
  if (decimal.length === 0 || decimal.length > 39) return undefined
  const text = Buffer.from(decimal).toString('latin1')
  if (!/^\d+$/.test(text)) return undefined
  const key = hexadecimal(text)
  return key.length === 32 ? key : undefined
}

/** A hash key as Kinesis takes it. */
export function decimal(hashKey: string): string {
  return BigInt(`0x${hashKey}`).toString()
}

/** Whether a hash key lies in a range, both ends included. */
export function inRange(range: HashRange): (hashKey: string) => boolean {
  const [start, end] = [hexadecimal(range.start), hexadecimal(range.end)]
  return (hashKey) => hashKey >= start && hashKey <= end
}

/** A number below 2^128 in decimal as a hash key. */
export function hexadecimal(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(32, '0')
}
