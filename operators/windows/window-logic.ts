import type { TimeDomain, WindowAssigner, WindowedStream } from '../../src/stream.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Trigger } from '../triggers.ts'
import { CountLogic } from './count-logic.ts'
import { Firing } from './firing.ts'
import { merges, windowsOf } from './own-windows.ts'
import { SessionLogic } from './session-logic.ts'
import { SlicedLogic } from './sliced-logic.ts'
import { everything, slicingOf } from './slicing.ts'
import { WindowByWindow } from './window-by-window.ts'
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
  const holdsItsEnd = merges(assigner)
  const rule = { time, window, content, trigger, allowedLatenessMs, datedByRecords, holdsItsEnd }
  if (assigner.kind === 'assigned' || haveOwnContents(assigner, trigger, content))
    return new WindowByWindow({ ...rule, shape: `window ${shape}`, windowsOf: windowsOf(assigner) })
  const firing = new Firing(rule)
  if (assigner.kind === 'session') return new SessionLogic(shape, assigner.gapMs, firing)
  const slicing = assigner.kind === 'global' ? everything : slicingOf(assigner)
  return new SlicedLogic(shape, slicing, firing, trigger !== undefined || datedByRecords)
}

/** Whether windows must have contents of their own, since what happens to one must not happen to others. */
function haveOwnContents(
  assigner: WindowAssigner<unknown, never>,
  trigger: Trigger<unknown> | undefined,
  content: WindowContent,
): boolean {
  const overlapping = assigner.kind === 'sliding' && trigger?.purging === true
  return overlapping || trigger?.own !== undefined || trigger?.alone === true || content.isEmpty !== undefined
}

function timeOf(assigner: WindowAssigner<unknown, never>): TimeDomain {
  return 'time' in assigner ? assigner.time : 'event'
}
