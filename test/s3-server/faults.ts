import type { Chance } from '../../src/testing/simulation/chance.ts'
import type { Call, Operation } from './call.ts'

/**
 * What goes wrong with a request.
 *
 * - `slow-down`, `internal-error`: refused with 503 and 500, without an effect.
 * - `late-error`: has its effect, and is answered with 500.
 * - `error-in-200`: CompleteMultipartUpload only: begins with 200 and ends in an error, without an effect.
 * - `cut-before`: the connection ends, without an effect.
 * - `cut-after`: has its effect, and the connection ends without an answer.
 * - `torn`: the connection ends in the middle of the body: that of the answer to a GET, else that of the request.
 * - `conflict`: a conditional write is refused with 409.
 * - `slow`: other requests have their turns first.
 * - `silent`: no answer ever comes, and no effect.
 * - `lateMs`: it is answered so much later, and has its effect then or at once.
 */
export type Fault =
  | 'slow-down'
  | 'internal-error'
  | 'late-error'
  | 'error-in-200'
  | 'cut-before'
  | 'cut-after'
  | 'torn'
  | 'conflict'
  | 'slow'
  | 'silent'
  | { readonly lateMs: number; readonly effect: 'at once' | 'late' }
  /** A refusal of any kind, without an effect. */
  | { readonly status: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> }

/** Decides about each request when it has arrived. */
export type FaultPlan = (call: Pick<Call, 'operation' | 'key' | 'headers'>) => Fault | undefined

export const noFaults: FaultPlan = () => undefined

/** The first `times` requests of an operation go wrong in one way. */
export function first(operation: Operation, fault: Fault, times = 1): FaultPlan {
  let left = times
  return (call) => (call.operation === operation && left-- > 0 ? fault : undefined)
}

/** Of the faults that fit a request one strikes, in a share of all requests. */
export function seededFaults(chance: Chance, share: number): FaultPlan {
  return ({ operation, headers }) => {
    if (!chance.in(share)) return undefined
    const fitting: Fault[] = [
      'slow-down',
      'internal-error',
      'cut-before',
      'cut-after',
      'late-error',
      'torn',
      'slow',
    ]
    if (operation === 'CompleteMultipartUpload') fitting.push('error-in-200')
    if (headers['if-none-match'] !== undefined) fitting.push('conflict')
    return chance.oneOf(fitting)
  }
}
