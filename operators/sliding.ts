import { MillraceError } from '../src/errors.ts'
import type { SlidingWindows, TimeWindow } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { sliceLength } from './windows/slice-length.ts'
import { slidOver, utc } from './windows/slid-over.ts'
import {
  boundsOf,
  lengthOf,
  offsetOf,
  placingName,
  type WindowPlacing,
  zoneOf,
} from './windows/window-sizes.ts'
import { zonedInstants } from './windows/zoned-instants.ts'

const dayMs = 86_400e3

/**
 * Windows of one size, of which one begins every `slide`: `sliding('1h', '5m')` is the last hour, every five minutes. A
 * record is put once into its slice of time, and a window is put together of its slices, so that a record costs the
 * same however many windows hold it. A slide that is longer than the size leaves gaps: a record in one belongs to no
 * window, which is not late; it is counted as `between-windows`. (As Flink's `SlidingEventTimeWindows`, which does not
 * count it.)
 *
 * @throws MillraceError `JOB_INVALID` if a length is not a whole number of milliseconds of at least 1, the offset is not
 *   less than the slide, or the zone is not known, or a length is not whole days in a zone.
 * @example
 * sliding('10s', '5s').windowsOf(5_000) // [{ start: 0, end: 10_000 }, { start: 5_000, end: 15_000 }]
 * @example
 * sliding('1m', '1h').windowsOf(60_000) // []
 */
export function sliding(
  size: Duration,
  slide: Duration,
  placing: WindowPlacing = {},
): SlidingWindows<TimeWindow> {
  const what = `sliding('${size}', '${slide}')`
  const sizeMs = lengthOf(size, what)
  const slideMs = lengthOf(slide, what)
  const offsetMs = offsetOf(placing, slideMs, what)
  checkLengths(sizeMs, slideMs, placing, what)
  const { zone, time = 'event' } = placing
  const sliceMs = sliceLength(sizeMs, slideMs)
  const offsetOfSlices = offsetMs % sliceMs
  const slices = boundsOf(sliceMs, offsetOfSlices, zone, what)
  const instants =
    zone === undefined ? utc : zonedInstants(zoneOf(zone, what), slices, sliceMs, offsetOfSlices)
  return {
    kind: 'sliding',
    name: `sliding ${size} every ${slide}${placingName(placing)}`,
    time,
    slices,
    windowsOf: slidOver(sizeMs, slideMs, offsetMs, instants),
    numberOf: (start) => (instants.shownAt(start) - offsetOfSlices) / sliceMs,
    window: (start, end) => ({ start, end }),
  }
}

function checkLengths(sizeMs: number, slideMs: number, { zone }: WindowPlacing, what: string): void {
  if (zone !== undefined && (sizeMs % dayMs !== 0 || slideMs % dayMs !== 0)) {
    throw new MillraceError(
      'JOB_INVALID',
      `${what} goes by the clock of a zone: its lengths must be whole days`,
    )
  }
}
