import type { TimeWindow, WindowAssigner } from '../../src/stream.ts'

/** The windows that hold `timestamp`, no two with the same end. All that joins ask of an assigner is asked here. */
export function windowsAt(assigner: WindowAssigner<unknown>, timestamp: number): readonly TimeWindow[] {
  const start = assigner.startOf(timestamp)
  return [{ start, end: assigner.endOf(start) }]
}

/** What a function of the job is told of a window. */
export function toldOf(assigner: WindowAssigner<unknown>, { start }: TimeWindow): unknown {
  return assigner.window(start)
}
