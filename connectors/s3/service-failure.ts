import type { ErrorCode } from '../../src/errors.ts'

/**
 * What a failed request means for what to do next.
 *
 * - `passing`: no answer, a throttle, a service that is not well, or bytes that were damaged on the way. Try again.
 * - `taken`: the condition of a write does not hold; for a read, that the object is another one by now.
 * - `conflict`: another write of the key was under way. A put may be tried again; an upload in parts begins anew.
 * - `upload-gone`: the upload is not there: completed, or aborted by somebody.
 * - `refused`: waiting cannot help; `code` says why.
 */
export type Failure =
  | { readonly kind: 'passing' | 'taken' | 'conflict' | 'upload-gone' }
  | { readonly kind: 'refused'; readonly code: ErrorCode }

/** What of an error decides. Errors of the SDK and of the network both fit. */
interface ErrorFacts {
  readonly name?: string
  readonly code?: unknown
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean }
}

/** Refusals that pass, whatever status they come with. An `IncompleteBody` or `BadDigest` was cut or damaged on the way. */
const passing = new Set([
  // Nobody but the limit of an attempt aborts a request.
  'AbortError',
  'BadDigest',
  'IncompleteBody',
  'InternalError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
  'KMS.ThrottlingException',
  // An answer that was cut off does not parse.
  'SyntaxError',
])

const refusals: ReadonlyMap<string, ErrorCode> = new Map([
  ['AccessDenied', 'ACCESS_DENIED'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['AllAccessDisabled', 'ACCESS_DENIED'],
  ['ExpiredToken', 'ACCESS_DENIED'],
  ['InvalidAccessKeyId', 'ACCESS_DENIED'],
  ['InvalidToken', 'ACCESS_DENIED'],
  ['SignatureDoesNotMatch', 'ACCESS_DENIED'],
  ['CredentialsProviderError', 'CREDENTIALS_MISSING'],
  ['NotImplemented', 'STORE_REFUSED'],
])

/** `EAI_AGAIN` and its like are what a name server that is not well gives. */
const networkCode = /^(E[A-Z]{3,}|EAI_[A-Z]+|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_\w+)$/

/**
 * What a clock that is off by minutes leads to. With such a clock the SDK says of every failed call that it has just
 * corrected it; of others that means nothing.
 */
const clockErrors = new Set([
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
])

/** Decides from an error alone. */
export function failureOf(error: unknown): Failure {
  const { name = '', code, message = '', $metadata }: ErrorFacts = error instanceof Error ? error : {}
  const status = $metadata?.httpStatusCode ?? 0
  if (clockErrors.has(name) && $metadata?.clockSkewCorrected === true) return { kind: 'passing' }
  const refusal = refusals.get(name)
  if (refusal !== undefined) return { kind: 'refused', code: refusal }
  if (passing.has(name) || status >= 500 || status === 408 || status === 429) return { kind: 'passing' }
  if (name === 'NoSuchUpload') return { kind: 'upload-gone' }
  if (name === 'ConditionalRequestConflict' || name === 'OperationAborted') return { kind: 'conflict' }
  if (name === 'PreconditionFailed' || status === 412) return { kind: 'taken' }
  if (status === 403)
    return { kind: 'refused', code: clockErrors.has(name) ? 'STORE_FAILED' : 'ACCESS_DENIED' }
  if (/region is missing/i.test(message)) return { kind: 'refused', code: 'REGION_MISSING' }
  if (/^Invalid Configuration: /.test(message)) return { kind: 'refused', code: 'OPTION_INVALID' }
  if (typeof code === 'string' && networkCode.test(code)) return { kind: 'passing' }
  return { kind: 'refused', code: status >= 300 ? 'STORE_REFUSED' : 'STORE_FAILED' }
}
