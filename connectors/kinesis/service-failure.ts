import type { ErrorCode } from '../../src/errors.ts'

/**
 * What a failed call means for what to do next.
 *
 * - `iterator-expired`: routine; ask for a new one.
 * - `throttled`: the service is there and asks to be called less. Wait, for as long as it takes.
 * - `unavailable`: no answer, or one that says the service is not well. Wait, but not for ever.
 * - `refused`: waiting cannot help; `code` says why.
 */
export type Failure =
  | { readonly kind: 'iterator-expired' }
  | { readonly kind: 'throttled' | 'unavailable'; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: ErrorCode }

/** What of an error decides. Errors of the SDK and of the network both fit. */
interface ErrorFacts {
  readonly name?: string
  readonly code?: unknown
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean }
}

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'ThrottledException',
  'TooManyRequestsException',
  'SlowDown',
])

const refusals: ReadonlyMap<string, ErrorCode> = new Map([
  ['ResourceNotFoundException', 'STREAM_NOT_FOUND'],
  ['ValidationException', 'OPTION_INVALID'],
  ['CredentialsProviderError', 'CREDENTIALS_MISSING'],
  ['MissingAuthenticationTokenException', 'CREDENTIALS_MISSING'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['KMSAccessDeniedException', 'ACCESS_DENIED'],
  ['UnrecognizedClientException', 'ACCESS_DENIED'],
  ['InvalidSignatureException', 'ACCESS_DENIED'],
  ['IncompleteSignatureException', 'ACCESS_DENIED'],
  ['InvalidClientTokenId', 'ACCESS_DENIED'],
  ['OptInRequired', 'ACCESS_DENIED'],
  ['ExpiredTokenException', 'ACCESS_DENIED'],
])

/** `EAI_AGAIN` and its like are what a name server that is not well gives. */
const networkCode = /^(E[A-Z]{3,}|EAI_[A-Z]+|ERR_HTTP2_\w+|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_\w+)$/

/** A body that was cut off does not parse; a request that came in too slowly is refused with status 408. */
const unanswered = new Set(['TimeoutError', 'SyntaxError', 'RequestTimeout', 'RequestTimeoutException'])

/**
 * What a clock that is off by minutes leads to. With such a clock the SDK says of every failed call that it has just
 * corrected it; of others that means nothing.
 */
const clockErrors = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
])

/** Decides from an error alone. */
export function failureOf(error: unknown): Failure {
  const { name = '', code, message = '', $metadata }: ErrorFacts = error instanceof Error ? error : {}
  const status = $metadata?.httpStatusCode ?? 0
  if (name === 'ExpiredIteratorException') return { kind: 'iterator-expired' }
  if (throttles.has(name) || status === 429) return { kind: 'throttled', reason: name }
  if (status >= 500 || status === 408) return { kind: 'unavailable', reason: name }
  if (clockErrors.has(name) && $metadata?.clockSkewCorrected === true)
    return { kind: 'unavailable', reason: name }
  const refusal = refusals.get(name)
  if (refusal !== undefined) return { kind: 'refused', code: refusal }
  if (/^Invalid Configuration: /.test(message)) return { kind: 'refused', code: 'OPTION_INVALID' }
  if (/region is missing/i.test(message)) return { kind: 'refused', code: 'REGION_MISSING' }
  if (typeof code === 'string' && networkCode.test(code)) return { kind: 'unavailable', reason: code }
  if (unanswered.has(name)) return { kind: 'unavailable', reason: name }
  return { kind: 'refused', code: 'SOURCE_FAILED' }
}
