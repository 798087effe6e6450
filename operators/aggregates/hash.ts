import type { Scalar } from './scalar.ts'

/** Two numbers of 32 bits each, spread evenly over all that there are. */
export interface Hash {
  readonly high: number
  readonly low: number
}

/** A hash of a scalar, which stays what it is: checkpoints hold what follows from it. Not against adversaries. */
export function hashOf(value: Scalar): Hash {
  const text = typeof value === 'string' ? value : `${typeof value} ${value}`
  let high = 0xdeadbeef ^ text.length
  let low = 0x41c6ce57 ^ text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  return { high: mixed(high ^ mixed(low)), low: mixed(low ^ mixed(high)) }
}

/** The last step of MurmurHash3: every bit changes every bit. */
function mixed(bits: number): number {
  let hash = bits ^ (bits >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
