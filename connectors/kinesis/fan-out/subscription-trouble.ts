import { failureOf } from '../service-failure.ts'
import type { Trouble } from './subscription-state.ts'

/** What a failed subscription means. `connected`: it had been accepted. */
export function troubleOf(error: unknown, connected: boolean): Trouble {
  const name = error instanceof Error ? error.name : ''
  if (name === 'TimeoutError') return 'silent'
  if (name === 'ResourceInUseException') return connected ? 'taken' : 'in-use'
  // The consumer was removed, or the shard: the poll that follows tells the one from the other.
  if (name === 'ResourceNotFoundException') return 'in-use'
  return failureOf(error).kind === 'refused' ? 'refused' : 'broken'
}
