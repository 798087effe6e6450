import type { Response } from '../http/exchange.ts'
import type { Call } from '../operations/operation.ts'

/**
 * Stands between a call and its answer, to make things go wrong on purpose.
 *
 * @param answer Does the call, with errors as answers too. May be called once, or not at all.
 * @throws KinesisError which is then the answer.
 */
export type Interference = (
  operation: string,
  input: unknown,
  call: Call,
  answer: (call: Call) => Response,
) => Response
