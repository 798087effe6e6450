import { timePattern } from './time-pattern.ts'
import type { TimeText } from './time-text.ts'

const minute = 60_000
const quarterHour = 15 * minute
const day = 24 * 60 * minute

/**
 * How finely patterns divide time, as steps from coarse to fine that each end of a period is a multiple of; `undefined`
 * if what they write comes again, as the hour without its day does. Clocks differ by quarters of an hour.
 */
export function stepsOf(patterns: readonly string[]): readonly number[] | undefined {
  const letters = new Set(
    patterns.flatMap(timePattern).flatMap((piece) => (typeof piece === 'string' ? [] : piece.letter)),
  )
  const has = (...any: string[]) => any.some((letter) => letters.has(letter))
  if (!has('y', 'u')) return undefined
  const ofMonth = has('M', 'L')
  const ofDay = has('D') || (ofMonth && has('d'))
  const ofHour = ofDay && (has('H', 'k') || (has('h', 'K') && has('a')))
  if (!ofDay && has('d', 'H', 'k', 'h', 'K', 'a', 'm', 's', 'S')) return undefined
  if (!ofHour && has('m', 's', 'S', 'h', 'K')) return undefined
  if (!has('m') && has('s', 'S')) return undefined
  if (!has('s') && has('S')) return undefined
  if (has('S')) return [1]
  if (has('s')) return [1000]
  if (has('m')) return [minute]
  return ofDay ? [quarterHour] : [day, quarterHour]
}

/** The first instant after the period of an instant: from there on the text is another. */
export function endOfPeriod(timestamp: number, text: TimeText, steps: readonly number[]): number {
  const own = text(timestamp)
  let start = timestamp
  let end = timestamp
  for (const step of steps) {
    end = Math.floor(start / step) * step + step
    for (; text(end) === own; end += step) start = end
  }
  return end
}
