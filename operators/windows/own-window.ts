import { beginningOfTime } from '../../src/time/end-of-time.ts'

/** One window of a key that has its own content. Plain data: checkpoints carry it. */
export interface OwnWindow {
  start: number
  end: number
  content: unknown
  /** How many records have come since it was purged. */
  held: number
  /** How many results it has given. */
  fired: number
  /** The greatest event time of a record. */
  latest: number
  /** The greatest time that a record has set a timer for: at the end of the input, timers set by timers go no further. */
  horizon: number
  /** What its trigger keeps. */
  kept: unknown
  timers: number[]
  processingTimers: number[]
}

export function newWindow(start: number, end: number, content: unknown, kept: unknown): OwnWindow {
  const [latest, horizon] = [beginningOfTime, beginningOfTime]
  return { start, end, content, held: 0, fired: 0, latest, horizon, kept, timers: [], processingTimers: [] }
}

/** Where a window stands, or would stand, in a list that is sorted by starts and then by ends. */
export function placeOfWindow(windows: readonly OwnWindow[], start: number, end: number): number {
  let place = windows.length
  while (place > 0 && isBefore(start, end, windows[place - 1]!)) place -= 1
  return place
}

function isBefore(start: number, end: number, window: OwnWindow): boolean {
  return start < window.start || (start === window.start && end <= window.end)
}

/** The places of those that overlap or touch a stretch of time, from the first up to, but without, the second. */
export function touchedBy(windows: readonly OwnWindow[], start: number, end: number): [number, number] {
  let to = windows.length
  while (to > 0 && windows[to - 1]!.start > end) to -= 1
  let from = to
  while (from > 0 && windows[from - 1]!.end >= start) from -= 1
  return [from, to]
}
