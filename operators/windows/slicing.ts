import type { AlignedWindows, Bounds, SlidingWindows, TimeWindow } from '../../src/stream.ts'
import { beginningOfTime, endOfTime } from '../../src/time/end-of-time.ts'

/** How time is cut into slices, and which windows are put together of them. */
export interface Slicing extends Bounds {
  /** The windows that hold the slice which starts at `start`, earliest first. */
  windowsOf(start: number): readonly TimeWindow[]
}

export function slicingOf(assigner: AlignedWindows<unknown> | SlidingWindows<unknown>): Slicing {
  if (assigner.kind === 'sliding') {
    const { startOf, endOf } = assigner.slices
    return { startOf, endOf, windowsOf: (start) => assigner.windowsOf(start) }
  }
  return {
    startOf: (timestamp) => assigner.startOf(timestamp),
    endOf: (start) => assigner.endOf(start),
    windowsOf: (start) => [{ start, end: assigner.endOf(start) }],
  }
}

/** The one window of everything. It is over when nothing follows. */
export const everything: Slicing = {
  startOf: () => beginningOfTime,
  endOf: () => endOfTime + 1,
  windowsOf: () => [{ start: beginningOfTime, end: endOfTime + 1 }],
}
