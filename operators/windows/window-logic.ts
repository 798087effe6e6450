import type { TimeDomain, WindowAssigner, WindowedStream } from '../../src/stream.ts'
import { beginningOfTime, endOfTime } from '../../src/time/end-of-time.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import { CountLogic } from './count-logic.ts'
import { Firing } from './firing.ts'
import { SessionLogic } from './session-logic.ts'
import { SlicedLogic } from './sliced-logic.ts'
import { type Slicing, slicingOf } from './slicing.ts'
import type { WindowContent } from './window-content.ts'

/** What of a stage of windows says how they are computed. */
export type Windowing = Pick<
  WindowedStream<unknown, unknown, unknown>,
  'assigner' | 'trigger' | 'allowedLatenessMs'
>

/** The logic that runs windows of any kind, key by key. */
export function windowLogic(windowing: Windowing, content: WindowContent): KeyedLogic<unknown> {
  return logicOf(windowing, content) as KeyedLogic<unknown>
}

function logicOf({ assigner, trigger, allowedLatenessMs }: Windowing, content: WindowContent) {
  const firings = trigger === undefined ? '' : `, ${trigger.name}`
  const shape = `by key: ${assigner.name}${firings}: ${content.shape}`
  if (assigner.kind === 'count') return new CountLogic(shape, assigner, content)
  const { time, window } = { time: timeOf(assigner), window: assigner.window }
  const datedByRecords = assigner.kind === 'global'
  const holdsItsEnd = assigner.kind === 'session'
  const rule = { trigger, allowedLatenessMs, datedByRecords, holdsItsEnd }
  const firing = new Firing({ time, window, content, ...rule })
  if (assigner.kind === 'session') return new SessionLogic(shape, assigner.gapMs, firing)
  const slicing = assigner.kind === 'global' ? everything : slicingOf(assigner)
  return new SlicedLogic(shape, slicing, firing, trigger !== undefined || datedByRecords)
}

function timeOf(assigner: WindowAssigner<unknown>): TimeDomain {
  return 'time' in assigner ? assigner.time : 'event'
}

/** It is over when nothing follows. */
const everything: Slicing = {
  startOf: () => beginningOfTime,
  endOf: () => endOfTime + 1,
  windowsOf: () => [{ start: beginningOfTime, end: endOfTime + 1 }],
}
