import type { Response } from '../http/exchange.ts'
import type { Disturbance } from '../operations/disturbance.ts'
import type { Call } from '../operations/operation.ts'

/** Makes calls go wrong when somebody wants it to. */
export interface Interference {
  /** What goes wrong inside operations. */
  readonly disturbance: Disturbance
  /**
   * Gives the answer to a call.
   *
   * @param answer Does the call, with errors as answers too. Is called once, or not at all.
   * @throws KinesisError which is then the answer.
   */
  around(operation: string, input: unknown, call: Call, answer: () => Response): Response
}
