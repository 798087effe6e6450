import { MillraceError } from '../../src/errors.ts'
import { givenText } from '../../src/graph/given-text.ts'
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

/** @throws MillraceError `JOB_INVALID` for other windows. In those of processing time the two streams would meet by chance. */
export function checkedWindows<W>(verb: string, windows: JoinWindows<W>): JoinWindows<W> {
  const kinds: readonly unknown[] = ['aligned', 'sliding', 'session']
  if (kinds.includes(windows?.kind) && windows.time === 'event') return windows
  throw new MillraceError(
    'JOB_INVALID',
    `${verb} takes windows of event time, tumbling(…), sliding(…) or session(…), not ${windows?.name ?? givenText(windows)}`,
  )
}
