import type { Json } from '../contract/json.ts'
import { type ErrorCode, millraceError, reasons, type Where } from '../errors.ts'

/** An error as JSON. */
export interface ErrorFacts {
  readonly [name: string]: Json
  readonly code: ErrorCode
  readonly message: string
  readonly where: { readonly [place: string]: string }
  /** Outermost first. */
  readonly causes: readonly string[]
  readonly retryable: boolean
  readonly advice: string
}

/** What is known of an error that may or may not be of the catalogue. */
export function errorFacts(error: unknown): ErrorFacts {
  const { code, happened, where, retryable, advice, cause } = millraceError(error)
  const causes = cause === undefined ? [] : reasons(cause).filter((reason) => !happened.includes(reason))
  return { code, message: happened, where: placesOf(where), causes, retryable, advice }
}

function placesOf(where: Where): Record<string, string> {
  return Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined))
}
