import type { SplitProgress } from '../contract/operator.ts'

/**
 * Whether a split may be read on, or is so far ahead in event time that the others must catch up first. Splits that
 * have shown no record yet neither wait nor make others wait; `splits` are the ones that are not read to their end.
 */
export function mayRead(
  split: string,
  splits: readonly string[],
  progress: readonly SplitProgress[],
): boolean {
  return progress.every(({ watermarkOf, maxDriftMs }) => {
    const own = watermarkOf(split)
    if (own === undefined) return true
    return splits.every((other) => {
      const watermark = watermarkOf(other)
      return watermark === undefined || own <= watermark + maxDriftMs
    })
  })
}
