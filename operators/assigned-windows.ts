import { MillraceError } from '../src/errors.ts'
import { givenChoice } from '../src/graph/given-choice.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import type { AssignedWindows, TimeDomain, TimeWindow } from '../src/stream.ts'

/** How {@link assignedWindows} are taken. */
export interface AssignedWindowsOptions {
  /** `'processing'`: the function gets the time of the clock instead of the record's. Default `'event'`. */
  readonly time?: TimeDomain
  /**
   * Windows of a key that overlap, or touch where one ends and the other begins, become one, as sessions do; and as with
   * sessions such a window closes when time is complete up to and with its end. Default `false`.
   */
  readonly merging?: boolean
}

/**
 * Windows of your own: a function says for each record which ones it belongs to, none too (which is counted as
 * `between-windows`). It must depend on nothing but the record and its time. Each window keeps its own content, so a
 * record costs as much as it has windows. (As Flink's `WindowAssigner`, and `MergingWindowAssigner`.)
 *
 * Windows that are the same for all records of a time cost less as an object of the type `AlignedWindows`.
 *
 * @param name For plans and checkpoints: windows of the same name are the same.
 * @throws MillraceError `JOB_INVALID` without a name; while running `OPERATOR_FAILED` for what is no window: two whole
 *   numbers of milliseconds, `start` before `end`.
 * @example
 * const shifts = assignedWindows('shifts', (punch: { night: boolean }, time) => {
 *   const day = time - (time % 86_400_000)
 *   return [punch.night ? { start: day + 64_800_000, end: day + 108_000_000 } : { start: day, end: day + 64_800_000 }]
 * })
 * shifts.windowsOf({ night: false }, 1000) // [{ start: 0, end: 64_800_000 }]
 */
export function assignedWindows<T = unknown>(
  name: string,
  windowsOf: (record: T, time: number) => Iterable<TimeWindow>,
  { time = 'event', merging = false }: AssignedWindowsOptions = {},
): AssignedWindows<TimeWindow, T> {
  if (typeof name !== 'string' || name === '')
    throw new MillraceError('JOB_INVALID', 'assignedWindows(…) needs a name for checkpoints')
  givenFunction(windowsOf, 'assignedWindows')
  givenChoice(time, ['event', 'processing'], `assignedWindows(…): time of "${name}"`)
  return {
    kind: 'assigned',
    name: `${name}, as assigned${merging ? ' and merged' : ''}${time === 'processing' ? ', processing time' : ''}`,
    time,
    merging,
    windowsOf,
    window: (start, end) => ({ start, end }),
  }
}
