import { MillraceError } from '../../src/errors.ts'
import { type Stream, streamAt, type WindowedStream } from '../../src/stream.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import type { WindowContent } from './window-content.ts'
import { windowLogic } from './window-logic.ts'

/** What the DSL says of an operator on windows. */
export interface WindowedDescription {
  readonly verb: string
  readonly name: string
  /** What is made of the records, for plans. */
  readonly detail: string
  readonly content: WindowContent
}

/** The stream that an operator makes of windows of any kind. */
export function windowedOperatorOn<Out>(
  windowed: WindowedStream<unknown, unknown, unknown>,
  { verb, name, detail, content }: WindowedDescription,
): Stream<Out> {
  return keyedOperatorOn<Out>([windowed.keyed], {
    verb,
    name,
    detail: `${windowsName(windowed)}: ${detail}`,
    sides: lateSide(windowed),
    logic: () => windowLogic(windowed, content),
  })
}

/** Where late records go. */
export function lateSide({ late }: WindowedStream<unknown, unknown, unknown>) {
  return late === undefined
    ? {}
    : { late: (outlet: Parameters<typeof streamAt>[0]) => late(streamAt(outlet)).sink }
}

/** What plans say of windows, such as `tumbling 1d, every 10s`. */
function windowsName({
  assigner,
  trigger,
  allowedLatenessMs,
}: WindowedStream<unknown, unknown, unknown>): string {
  const lateness = allowedLatenessMs === 0 ? '' : `, corrected for ${allowedLatenessMs} ms`
  return `${assigner.name}${trigger === undefined ? '' : `, ${trigger.name}`}${lateness}`
}

/** @throws MillraceError `JOB_INVALID` for what stands on no windows. */
export function checkWindowed(
  { assigner }: WindowedStream<unknown, unknown, unknown>,
  verb: string,
  name: string,
): void {
  if (assigner !== undefined) return
  throw new MillraceError(
    'JOB_INVALID',
    `${verb}(…) of "${name}" stands on no windows: put window(…) before it`,
  )
}
