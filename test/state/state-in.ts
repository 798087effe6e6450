import { memoryState, type StateBackend } from '../../src/contract/state-backend.ts'
import type { KeyedState } from '../../src/state/keyed-state.ts'
import { keyedStateIn } from '../../src/state/keyed-state-in.ts'
import type { StateContent } from '../../src/state/state-content.ts'

/** An empty state of a backend, for tests. */
export function stateIn<V>(content: StateContent<V>, backend: StateBackend = memoryState()): KeyedState<V> {
  return keyedStateIn({ state: backend, signal: new AbortController().signal }, content)
}
