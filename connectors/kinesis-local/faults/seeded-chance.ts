import type { Random } from '../../../src/contract/clock.ts'

/** Chance that can be had again: numbers from 0 up to, but without, 1 (mulberry32). Each `line` of a seed is its own. */
export function seededChance(seed: number, line: number): Random {
  let state = (seed ^ Math.imul(line + 1, 0x9e3779b1)) | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
