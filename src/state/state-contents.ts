import type { Layers } from '../contract/snapshot.ts'
import { decodeCbor } from './cbor.ts'
import type { KeyTimes } from './files/state-entry.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import type { Key } from './key.ts'
import { StateLoader } from './state-loader.ts'

/** One value of a keyed state, as a checkpoint has it. */
export interface KeptValue {
  readonly group: number
  readonly namespace: number
  readonly key: Key
  readonly value: unknown
  readonly timers: KeyTimes
}

/** A keyed state of a checkpoint, to be looked at. */
export interface StateContents {
  /** What each file says of itself, by layer, the oldest first. */
  readonly headers: readonly (readonly StateFileHeader[])[]
  /** How many entries each layer has, also those that later ones have made untrue. */
  readonly entries: readonly number[]
  /** The values, by key group. To be gone through once. */
  values(): Iterable<KeptValue>
}

/**
 * Opens the keyed state of a restored snapshot.
 *
 * @throws MillraceError `CHECKPOINT_CORRUPT` if a file cannot be read.
 */
export async function openStateContents(layers: Layers): Promise<StateContents> {
  const loader = await StateLoader.open(layers)
  return {
    headers: loader.headers,
    entries: loader.layers.map(({ entries }) => entries),
    *values() {
      for (let group = loader.next; group !== undefined; group = loader.next) {
        for (const { namespace, key, value, timers } of loader.take(group))
          yield { group, namespace, key, value: decodeCbor(value!), timers }
      }
    },
  }
}
