import { tmpdir } from 'node:os'
import type { OperatorSurroundings } from '../contract/operator.ts'
import { memoryState } from '../contract/state-backend.ts'
import { DiskValues } from './disk/disk-values.ts'
import { FiledInMemory } from './filed-in-memory.ts'
import type { Journal } from './journal.ts'
import type { KeyedState } from './keyed-state.ts'
import { layerWorkHere } from './layer-work.ts'
import { type FiledValues, LayeredKeyedState } from './layered-keyed-state.ts'
import type { StateContent } from './state-content.ts'
import { layerWorkAside } from './thread/layer-thread.ts'

/** What a state is made with: an operator's context has it. */
export type StateMaking = Pick<
  OperatorSurroundings,
  'state' | 'requestCheckpoint' | 'signal' | 'mayUseThreads'
>

/**
 * A keyed state in a backend: empty.
 *
 * @param journal Learns how to undo every change of a value, at the price of a copy of each value that is read.
 */
export function keyedStateIn<V>(
  { state = memoryState(), signal, requestCheckpoint, mayUseThreads = false }: StateMaking,
  content: StateContent<V>,
  journal?: Journal,
): KeyedState<V> {
  const values: FiledValues<V> =
    state.kind === 'memory'
      ? valuesInMemory(content)
      : new DiskValues({ ...state, folder: state.folder ?? tmpdir() }, content.unpack, signal)
  const work = mayUseThreads ? layerWorkAside(signal) : layerWorkHere
  return new LayeredKeyedState(content, values, work, journal, requestCheckpoint)
}

/** More keys would make the next cut's writing long, and the map of those that were used slow to grow. */
const usedKeysInMemory = 2_000_000

function valuesInMemory<V>({ unpack }: StateContent<V>): FiledValues<V> {
  return {
    open: () => new FiledInMemory(unpack),
    tidy: async () => {},
    usedKeys: usedKeysInMemory,
  }
}
