import { givenChoice } from '../../src/graph/given-choice.ts'
import { givenDuration } from '../../src/graph/given-duration.ts'
import { givenOptions } from '../../src/graph/given-options.ts'
import type { Duration } from '../../src/units.ts'
import type { IdleOption } from '../keyed/idle-keys.ts'

/**
 * When changes are told. `'every-record'`: after each record. `'per-batch'`: after each batch of records that were read
 * together, for each key that they changed; what cancels out within a batch is not told. `{ every }`: for each key at
 * the most this often in processing time, and at the end of the input.
 */
export type Emission = 'every-record' | 'per-batch' | { readonly every: Duration }

/** How a row that is kept up to date is told, and for how long it is kept. */
export interface RunningOptions extends IdleOption {
  /** The last change of a key tells the same in any case. Default `'per-batch'`. */
  readonly emit?: Emission
}

/** @throws MillraceError `JOB_INVALID` for what the options cannot mean. */
export function checkRunning(options: RunningOptions, verb: string, name: string): void {
  const { emit = 'per-batch', idle } = givenOptions(options, `the options of ${verb}(…) "${name}"`)
  const what = `${verb}(…): emit of "${name}"`
  if (typeof emit === 'object' && emit !== null) givenDuration(emit.every, `${what}: every`, 1)
  else givenChoice(emit, ['per-batch', 'every-record'], what)
  if (idle !== undefined) givenDuration(idle, `${verb}(…): idle of "${name}"`)
}
