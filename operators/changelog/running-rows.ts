import type { KeyedStream, Stream } from '../../src/stream.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import { RunningLogic, type RunningRows } from './running-logic.ts'
import type { RunningOptions } from './running-options.ts'

/** What the DSL says of an operator that keeps a row for each key. */
interface RunningDescription {
  readonly verb: string
  readonly name: string
  readonly rows: RunningRows
}

/** The changelog of a row for each key. What is wrong in the options is told here, not at run time. */
export function runningRowsOn<Out>(
  keyed: KeyedStream<unknown, unknown>,
  options: RunningOptions,
  { verb, name, rows }: RunningDescription,
): Stream<Out> {
  const logic = () => new RunningLogic(rows, options) as KeyedLogic<unknown>
  logic()
  return keyedOperatorOn<Out>([keyed], { verb, name, detail: rows.shape, logic })
}
