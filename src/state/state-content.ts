import { cborView, decodeCbor } from './cbor.ts'
import { type KeyTimes, noTimes } from './files/state-entry.ts'
import type { Key } from './key.ts'

/** What a checkpoint carries of a key. */
export interface PackedValue {
  readonly value: Uint8Array
  readonly timers: KeyTimes
}

/** How the values of a state get into checkpoints and back. */
export interface StateContent<V> {
  /** What must be the same for the state of a checkpoint to fit. */
  readonly shape: string
  /**
   * A changed value is put into a checkpoint: at the barrier or later, but before it changes again. `undefined` if
   * nothing is to be kept of it. May change or delete the value.
   */
  pack(key: Key, value: V): PackedValue | undefined
  unpack(value: Uint8Array): V
  /** A key has been loaded that has timers. */
  onTimers?(key: Key, timers: KeyTimes): void
}

/**
 * Values without timers, in CBOR.
 *
 * @param check Throws for a value that a checkpoint could not bring back; without it all are good.
 */
export function plainContent<V>(
  shape: string,
  check: (key: Key, value: V) => void = () => {},
): StateContent<V> {
  return {
    shape,
    pack: (key, value) => {
      check(key, value)
      return { value: cborView(value), timers: noTimes }
    },
    unpack: (value) => decodeCbor(value) as V,
  }
}
