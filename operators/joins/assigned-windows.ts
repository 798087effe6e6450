import { MillraceError } from '../../src/errors.ts'
import type { AlignedWindows, SessionWindows, SlidingWindows, TimeWindow } from '../../src/stream.ts'

/** Windows that are known from a row's time alone. */
export type AssignedWindows<W> = AlignedWindows<W> | SlidingWindows<W>

/** Windows in which rows of two streams can meet. */
export type JoinWindows<W> = AssignedWindows<W> | SessionWindows<W>

/** The windows that hold `timestamp`, no two with the same end. */
export function windowsAt(windows: AssignedWindows<unknown>, timestamp: number): readonly TimeWindow[] {
  if (windows.kind === 'sliding') return windows.windowsOf(windows.slices.startOf(timestamp))
  const start = windows.startOf(timestamp)
  return [{ start, end: windows.endOf(start) }]
}

/** @throws MillraceError `JOB_INVALID` for windows of processing time: the two streams would meet by chance. */
export function checkedWindows<W>(verb: string, windows: JoinWindows<W>): JoinWindows<W> {
  if (windows.time === 'event') return windows
  throw new MillraceError('JOB_INVALID', `${verb} takes windows of event time, not ${windows.name}`)
}
