import type { Bounds } from '../../src/stream.ts'
import type { ZoneOffsets } from '../../src/time/zone-offsets.ts'
import type { ShownInstants } from './slid-over.ts'

const halfDayMs = 43_200e3

/**
 * The instants at which slices of whole days begin by the clock of a zone. Half a day after its start every clock is
 * within the slice, wherever it was changed at midnight.
 */
export function zonedInstants(
  zone: ZoneOffsets,
  slices: Bounds,
  sliceMs: number,
  offsetMs: number,
): ShownInstants {
  return {
    shownAt: (instant) => {
      const shown = instant + zone.at(instant + halfDayMs).offsetMs
      return Math.round((shown - offsetMs) / sliceMs) * sliceMs + offsetMs
    },
    instantOf: (shown) => {
      const half = shown + halfDayMs
      return slices.startOf(half - zone.at(half).offsetMs)
    },
  }
}
