import { MillraceError } from '../../src/errors.ts'
import type { KeyedCall } from '../keyed/keyed-logic.ts'

/**
 * A row was taken back that is not there. Where keys are forgotten it may have been; otherwise the changelog is wrong, and
 * so would be whatever is made of it.
 *
 * @throws MillraceError `OPERATOR_FAILED` unless keys are forgotten.
 */
export function onUnknownRow({ key, count }: KeyedCall<unknown>, forgets: boolean): void {
  if (forgets) count('unknown')
  else
    throw new MillraceError('OPERATOR_FAILED', `a row of key ${String(key)} was taken back that never came`)
}
