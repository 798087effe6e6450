import { MillraceError } from '../errors.ts'
import { isLoopbackHost } from './loopback.ts'

/** A request over HTTP, whose answer is read whole. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** For everything together, from connecting to the last byte of the answer. */
  readonly timeoutMs: number
  /** A longer answer is a failure. */
  readonly maxAnswerBytes: number
}

/** An answer, whatever its status. Redirects are not followed. */
export interface HttpAnswer {
  readonly status: number
  /** By their names in lowercase. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As it came: nothing is decompressed. */
  readonly body: Uint8Array
}

/** Sends one request. Rejects with a `DestinationFailure` where no whole answer comes. */
export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>

/**
 * The URL of a destination. A secret goes over `http:` to this machine alone.
 *
 * @param what What messages call it, as `the url of httpEndpoint(…)`.
 * @throws MillraceError `OPTION_INVALID` if it is no URL of that kind.
 */
export function destinationUrl(text: string, what: string, hasSecret: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new MillraceError('OPTION_INVALID', `${what} is no URL that begins with https:// or http://`)
  if (url.username !== '' || url.password !== '')
    throw new MillraceError(
      'OPTION_INVALID',
      `${what} has a user or a password in it: URLs are shown in logs`,
    )
  if (hasSecret && url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw new MillraceError(
      'OPTION_INVALID',
      `${what} begins with http://: a secret goes over https:// alone`,
    )
  return url
}

/** What an answer asks for by `Retry-After` in seconds, in milliseconds. */
export function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const value = headers['retry-after']
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined
}
