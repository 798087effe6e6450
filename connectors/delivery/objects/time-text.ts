import { InvalidRow } from './format.ts'
import { type Letters, timePattern } from './time-pattern.ts'
import type { OffsetAt } from './time-zone.ts'

/** Writes an instant. */
export type TimeText = (timestamp: number) => string

/** How many texts are remembered. */
const remembered = 4096
/** Since then the clocks of all zones differ from UTC by whole minutes. */
const wholeMinutesSince = Date.UTC(1973, 0)

/** Writes instants by a pattern, as the clock of a zone shows them. One that was just asked for costs a look-up. */
export function timeText(pattern: string, offsetAt: OffsetAt): TimeText {
  const pieces = timePattern(pattern)
  const letters = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.letter))
  const cellMs = letters.includes('S') ? 1 : letters.includes('s') ? 1000 : 60_000
  const known = new Map<number, string>()
  return (timestamp) => {
    const cell = timestamp < wholeMinutesSince ? timestamp : Math.floor(timestamp / cellMs) * cellMs
    const text = known.get(cell)
    if (text !== undefined) return text
    if (known.size >= remembered) known.clear()
    const written = write(pieces, timestamp, offsetAt)
    known.set(cell, written)
    return written
  }
}

function write(pieces: readonly (string | Letters)[], timestamp: number, offsetAt: OffsetAt): string {
  if (Number.isNaN(new Date(timestamp).getTime())) throw new InvalidRow(`its time ${timestamp} is no date`)
  const offsetMs = offsetAt(timestamp)
  const shown = new Date(timestamp + offsetMs)
  const time = { shown, offsetMs }
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece.write(time))).join('')
}
