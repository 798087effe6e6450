import { type ErrorCode, MillraceError } from '../errors.ts'
import { DestinationFailure } from './request-destination.ts'

/** What of an error of the AWS SDK decides. */
interface ErrorFacts {
  readonly name?: string
  readonly message?: string
  readonly code?: unknown
}

const refusals: ReadonlyMap<string, ErrorCode> = new Map([
  ['AccessDenied', 'ACCESS_DENIED'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['AuthorizationError', 'ACCESS_DENIED'],
  ['AuthorizationErrorException', 'ACCESS_DENIED'],
  ['IncompleteSignature', 'ACCESS_DENIED'],
  ['InvalidClientTokenId', 'ACCESS_DENIED'],
  ['InvalidSecurity', 'ACCESS_DENIED'],
  ['InvalidSignatureException', 'ACCESS_DENIED'],
  ['KmsAccessDenied', 'ACCESS_DENIED'],
  ['MissingAuthenticationTokenException', 'ACCESS_DENIED'],
  ['SignatureDoesNotMatch', 'ACCESS_DENIED'],
  ['UnrecognizedClientException', 'ACCESS_DENIED'],
  ['CredentialsProviderError', 'CREDENTIALS_MISSING'],
  ['NotFoundException', 'OPTION_INVALID'],
  ['QueueDoesNotExist', 'OPTION_INVALID'],
  ['ResourceNotFoundException', 'OPTION_INVALID'],
])

/**
 * A failed call of the AWS SDK: an error of the catalogue where trying again cannot help, else a failure of the
 * destination. Of the error only its words are kept: it carries requests, with who signed them.
 *
 * @param what Was tried, as `put items into the table orders`.
 */
export function awsFailure(error: unknown, what: string): MillraceError | DestinationFailure {
  if (error instanceof MillraceError || error instanceof DestinationFailure) return error
  const { name = 'Error', message = '', code } = (error ?? {}) as ErrorFacts
  const happened = `cannot ${what}: ${name}: ${message}`
  if (/region is missing/i.test(message)) return new MillraceError('REGION_MISSING', happened)
  const refusal = refusals.get(name)
  if (refusal !== undefined) return new MillraceError(refusal, happened)
  return new DestinationFailure(typeof code === 'string' ? code : name, message || name)
}

/** The package of a client, loaded. */
export async function awsPackage<P>(name: string, load: () => Promise<P>): Promise<P> {
  try {
    return await load()
  } catch (cause) {
    const happened = `a package is needed that cannot be loaded: run \`npm install ${name}\``
    throw new MillraceError('OPTION_INVALID', happened, { cause })
  }
}
