import type { Json } from '../contract/json.ts'
import { type ErrorCode, isMillraceError, reasons, type Where } from '../errors.ts'

/** An error as JSON. */
export interface ErrorFacts {
  readonly [name: string]: Json
  readonly code: ErrorCode | 'UNEXPECTED'
  readonly message: string
  readonly where: { readonly [place: string]: string }
  readonly causes: readonly string[]
  readonly retryable: boolean
  readonly advice: string
}

/** What is known of an error that may or may not be Millrace's own. */
export function errorFacts(error: unknown): ErrorFacts {
  const [message = '', ...causes] = reasons(error)
  if (!isMillraceError(error)) {
    const advice = 'This is a fault in Millrace: please report it with the lines below.'
    return { code: 'UNEXPECTED', message, where: {}, causes, retryable: false, advice }
  }
  const { code, happened, where, retryable, advice } = error
  return { code, message: happened, where: placesOf(where), causes, retryable, advice }
}

function placesOf(where: Where): Record<string, string> {
  return Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined))
}
