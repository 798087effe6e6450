import { invalid, type PrefixPiece } from './prefix-expression.ts'
import { endOfPeriod, stepsOf } from './time-period.ts'
import { timeText } from './time-text.ts'
import type { OffsetAt } from './time-zone.ts'

/**
 * The end of the time that a prefix names, for an instant in it.
 *
 * @throws MillraceError `OPTION_INVALID` if the times of the prefix come again, or its folders are not known beforehand.
 */
export function prefixPeriod(
  prefix: string,
  pieces: readonly PrefixPiece[],
  offsetAt: OffsetAt,
): (timestamp: number) => number {
  if (pieces.some(({ kind }) => kind === 'random')) {
    throw invalid(
      prefix,
      'has !{firehose:random-string}: then no partition has one folder that could be complete',
    )
  }
  const patterns = pieces.flatMap((piece) => (piece.kind === 'time' ? [piece.pattern] : []))
  const steps = stepsOf(patterns)
  if (steps === undefined) {
    throw invalid(
      prefix,
      'has times that come again, so that no partition is ever complete: name the year and all that lies between it and the finest field',
    )
  }
  const texts = patterns.map((pattern) => timeText(pattern, offsetAt))
  const text = (timestamp: number) => texts.map((write) => write(timestamp)).join(' ')
  return (timestamp) => endOfPeriod(timestamp, text, steps)
}
