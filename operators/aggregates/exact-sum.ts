import { MillraceError } from '../../src/errors.ts'
import { finite } from './definition.ts'

/**
 * A sum without error: a whole number up to 2^53, or else parts whose bits do not overlap, the least first (Shewchuk,
 * "Adaptive Precision Floating-Point Arithmetic", 1997). So neither order nor detours show in it.
 */
export type ExactSum = number | number[]

/** The sum and a number. May change the sum that it is given. Short, so that it is inlined: it runs for every record. */
export function plus(sum: ExactSum, value: number, kind: string): ExactSum {
  if (typeof sum === 'number' && Number.isInteger(value)) {
    const total = sum + value
    if (Number.isSafeInteger(total)) return total
  }
  return plusPart(sum, value, kind)
}

function plusPart(sum: ExactSum, value: number, kind: string): ExactSum {
  return grown(typeof sum === 'object' ? sum : sum === 0 ? [] : [sum], finite(value, kind))
}

/** Two sums made one. Changes neither. */
export function merged(a: ExactSum, b: ExactSum): ExactSum {
  let sum: ExactSum = typeof a === 'object' ? [...a] : a
  for (const part of partsOf(b)) sum = plus(sum, part, 'merge')
  return sum
}

/** The sum and the product of two numbers. */
export function plusProduct(sum: ExactSum, a: number, b: number): ExactSum {
  const product = a * b
  if (Number.isSafeInteger(product) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    return plus(sum, product, 'product')
  }
  return plus(plus(sum, product, 'product'), errorOf(product, a, b), 'product')
}

export function partsOf(sum: ExactSum): readonly number[] {
  return typeof sum === 'object' ? sum : [sum]
}

/** The number that is nearest to the sum. */
export function nearest(sum: ExactSum): number {
  if (typeof sum === 'number') return sum
  let next = sum.length - 1
  let high = sum[next] ?? 0
  let low = 0
  while (next > 0 && low === 0) {
    next -= 1
    const before = high
    high = before + sum[next]!
    low = sum[next]! - (high - before)
  }
  return roundedAway(high, low, next > 0 ? sum[next - 1]! : 0)
}

/** Halfway between two numbers, what is further down decides. */
function roundedAway(high: number, low: number, below: number): number {
  if (low === 0 || low < 0 !== below < 0 || below === 0) return high
  const twice = low * 2
  const away = high + twice
  return away - high === twice ? away : high
}

function grown(parts: number[], value: number): ExactSum {
  let carry = value
  let kept = 0
  for (const part of parts) {
    const [large, small] = Math.abs(carry) < Math.abs(part) ? [part, carry] : [carry, part]
    carry = large + small
    const rest = small - (carry - large)
    if (rest !== 0) parts[kept++] = rest
  }
  if (!Number.isFinite(carry)) throw tooLarge()
  parts.length = kept
  if (kept === 0 && Number.isSafeInteger(carry)) return carry
  if (carry !== 0) parts.push(carry)
  return parts
}

/** What a product lacks to be exact (Dekker, 1971). */
function errorOf(product: number, a: number, b: number): number {
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)]
  const [aLow, bLow] = [a - aHigh, b - bHigh]
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

function upperHalf(value: number): number {
  const scaled = 134_217_729 * value
  if (!Number.isFinite(scaled)) throw tooLarge()
  return scaled - (scaled - value)
}

function tooLarge(): MillraceError {
  return new MillraceError('OPERATOR_FAILED', 'a sum has grown beyond the largest number there is')
}
