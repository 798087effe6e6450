import type { KeyedCall } from '../keyed/keyed-logic.ts'
import type { WindowContent } from './window-content.ts'

type Call = Pick<KeyedCall<unknown>, 'key' | 'goesOn' | 'ofTimer' | 'refuse'>

/**
 * The results of a window. If they fail when a record makes the window fire, that record fails. In a timer there is none:
 * in a job that goes on the window is refused in its place, by key and bounds, and none of its results goes further.
 *
 * @param content What it holds, and how to put it together if that is still to be done.
 */
export function resultsOf(
  call: Call,
  { results }: Pick<WindowContent, 'results'>,
  window: unknown,
  content: () => unknown,
  timestamp: number,
): Iterable<unknown> {
  if (!call.goesOn || !call.ofTimer) return results(call.key, window, content())
  try {
    return [...results(call.key, window, content())]
  } catch (error) {
    call.refuse(error, { key: call.key, window }, timestamp)
    return []
  }
}
