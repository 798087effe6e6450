import { MillraceError } from '../../src/errors.ts'
import type { TimeWindow, WindowAssigner } from '../../src/stream.ts'
import { everything, slicingOf } from './slicing.ts'

type Assigner = WindowAssigner<unknown, never>

/** The windows of a record that came at a time. */
export type WindowsOf = (record: unknown, time: number) => Iterable<TimeWindow>

/** Whether windows of a key become one where they touch. */
export function merges(assigner: Assigner): boolean {
  return assigner.kind === 'session' || (assigner.kind === 'assigned' && assigner.merging)
}

/** The windows of each record, one by one. Those of counts have no time. */
export function windowsOf(assigner: Exclude<Assigner, { kind: 'count' }>): WindowsOf {
  if (assigner.kind === 'session') return sessionOf(assigner.gapMs as number | ((record: unknown) => number))
  if (assigner.kind === 'assigned') return checked(assigner.name, assigner.windowsOf as WindowsOf)
  const { startOf, windowsOf } = assigner.kind === 'global' ? everything : slicingOf(assigner)
  return (_record, time) => windowsOf(startOf(time))
}

function sessionOf(gapMs: number | ((record: unknown) => number)): WindowsOf {
  return (record, time) => [{ start: time, end: time + (typeof gapMs === 'number' ? gapMs : gapMs(record)) }]
}

function checked(name: string, windowsOf: WindowsOf): WindowsOf {
  return (record, time) => {
    const windows = [...windowsOf(record, time)]
    const wrong = windows.find(
      ({ start, end }) => !Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start >= end,
    )
    if (wrong === undefined) return windows
    throw new MillraceError(
      'OPERATOR_FAILED',
      `the windows "${name}" gave a record of ${time} one from ${wrong.start} to ${wrong.end}: both must be whole numbers of milliseconds, the start before the end`,
    )
  }
}
