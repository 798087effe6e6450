import { isMillraceError, MillraceError, millraceError, reasons } from '../errors.ts'
import { givenAt } from '../graph/given-function.ts'
import { failedFunction, stepAt } from '../observe/failed-function.ts'

/**
 * What was thrown within an operator, as an error that names it and the function of the job that it comes from.
 *
 * @param of The function of the job that gave what it must not, where it did not throw itself.
 */
export function operatorFailure(thrown: unknown, operator: string, of?: unknown): MillraceError {
  if (isMillraceError(thrown)) {
    // It has passed an operator further down already.
    if (thrown.where.operator !== undefined) return thrown
    const made = givenAt(of)
    const step = made === undefined ? failedFunction(thrown.cause) : stepAt(made)
    return thrown.at({ operator, ...(step !== undefined && { function: step }) })
  }
  const place = failedFunction(thrown)
  return new MillraceError('OPERATOR_FAILED', `a function of the job threw: ${reasons(thrown)[0]}`, {
    where: { operator, ...(place !== undefined && { function: place }) },
    cause: thrown,
  })
}

/** Whether something failed because of the machine or of what it has kept: no record is to blame for it. */
export function isOfMachine({ code }: MillraceError): boolean {
  return /^(CHECKPOINT|STORE)_/.test(code)
}

/** A call of an operator whose failure names it, unless it has come from further down: that is named already. */
export function naming<A extends unknown[]>(
  call: (...args: A) => void,
  failed: (error: unknown) => MillraceError,
): (...args: A) => void {
  return (...args) => {
    try {
      call(...args)
    } catch (error) {
      throw failed(error)
    }
  }
}

/** What an operator says while it is made, as that its state does not fit, has its name. */
export function created<T>(operator: string, create: () => T): T {
  try {
    return create()
  } catch (error) {
    throw millraceError(error).at({ operator })
  }
}
