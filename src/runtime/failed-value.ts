import type { MillraceError } from '../errors.ts'

const values = new WeakMap<MillraceError, { readonly value: unknown }>()

/** Keeps the record that something failed at with the error, for whoever tells the end of the job. */
export function failedAt(error: MillraceError, value: unknown): MillraceError {
  if (!values.has(error)) values.set(error, { value })
  return error
}

/** The record that this very error came of, as its operator was given it; `undefined` if it came of none. */
export function valueFailedAt(error: MillraceError): { readonly value: unknown } | undefined {
  return values.get(error)
}
