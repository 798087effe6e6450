import type { SplitProgress } from '../contract/operator.ts'

/**
 * Says of each split whether it may be read on, or is so far ahead in event time that the others must catch up first.
 * Splits that have shown no record yet neither wait nor make others wait.
 *
 * @param splits Those that are not read to their end and not quiet.
 */
export function pace(
  splits: readonly string[],
  progress: readonly SplitProgress[],
): (split: string) => boolean {
  const limits = progress.map(({ watermarkOf, maxDriftMs }) => {
    const slowest = splits.reduce((least, split) => Math.min(least, watermarkOf(split) ?? least), Infinity)
    return { watermarkOf, furthest: slowest + maxDriftMs }
  })
  return (split) =>
    limits.every(({ watermarkOf, furthest }) => {
      const watermark = watermarkOf(split)
      return watermark === undefined || watermark <= furthest
    })
}
