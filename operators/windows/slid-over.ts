import type { TimeWindow } from '../../src/stream.ts'

/** Between instants and what the clock of a zone shows then, for instants at which slices begin. */
export interface ShownInstants {
  shownAt(instant: number): number
  instantOf(shown: number): number
}

export const utc: ShownInstants = { shownAt: (instant) => instant, instantOf: (shown) => shown }

/** Gives the sliding windows that hold a slice, earliest first. */
export function slidOver(
  sizeMs: number,
  slideMs: number,
  offsetMs: number,
  { shownAt, instantOf }: ShownInstants,
): (slice: number) => readonly TimeWindow[] {
  return (slice) => {
    const shown = shownAt(slice)
    const last = Math.floor((shown - offsetMs) / slideMs) * slideMs + offsetMs
    const windows: TimeWindow[] = []
    for (let start = last; start > shown - sizeMs; start -= slideMs) {
      windows.push({ start: instantOf(start), end: instantOf(start + sizeMs) })
    }
    return windows.reverse()
  }
}
