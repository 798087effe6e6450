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
