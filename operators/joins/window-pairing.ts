import type { KeyedStream, Stream } from '../../src/stream.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import { checkedWindows, type JoinWindows } from './assigned-windows.ts'
import { type LateOption, lateSide } from './late-record.ts'
import type { JoinKind } from './pairing.ts'
import { SessionLogic } from './session-logic.ts'
import { type OnWindow, WindowLogic } from './window-logic.ts'

/** In which windows the rows of two streams meet. */
export interface WindowPairOptions<T, W> extends LateOption<T> {
  /** The windows of both streams: `tumbling`, `sliding` or `session`, in event time. Rows of both sides make a session. */
  readonly window: JoinWindows<W>
}

/** The stream that comes of the rows of two streams, window by window. */
export function windowPairing<T, W, Out>(
  verb: string,
  name: string,
  inputs: readonly KeyedStream<unknown, unknown>[],
  options: WindowPairOptions<T, W> & { readonly kind?: JoinKind },
  onWindow: OnWindow,
): Stream<Out> {
  const window = checkedWindows(verb, options.window)
  return keyedOperatorOn<Out>(inputs, {
    verb,
    name,
    detail: options.kind === undefined ? window.name : `${options.kind}, ${window.name}`,
    sides: lateSide(options, verb),
    logic: () =>
      (window.kind === 'session'
        ? new SessionLogic(window, onWindow)
        : new WindowLogic(window, onWindow)) as KeyedLogic<unknown>,
  })
}
