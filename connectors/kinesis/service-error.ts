import { MillraceError, type Where } from '../../src/errors.ts'
import { NoAnswer } from './persist.ts'
import { failureOf } from './service-failure.ts'

/** What a message must name for its reader to find the stream, or to see that it is the wrong one. */
export interface StreamPlace {
  readonly stream: string
  readonly region: string | undefined
  readonly endpoint: string | undefined
}

/** A failed call as an error of the catalogue. What is one already stays. */
export function serviceError(error: unknown, place: StreamPlace, where: Where = {}): MillraceError {
  if (error instanceof MillraceError) return error.at(where)
  const details = { where: { stream: place.stream, ...where }, cause: error }
  if (error instanceof NoAnswer) {
    return new MillraceError('SOURCE_UNREACHABLE', `Kinesis ${placed(place)} gave ${error.message}`, details)
  }
  if (isShardGone(error)) {
    return new MillraceError(
      'DATA_LOST',
      `the shard has expired, read to its end or not (${words(error)})`,
      details,
    )
  }
  const failure = failureOf(error)
  const code = failure.kind === 'refused' ? failure.code : 'SOURCE_FAILED'
  return new MillraceError(
    code,
    sentences[code]?.(place, words(error)) ?? `Kinesis ${placed(place)}: ${words(error)}`,
    details,
  )
}

/** Whether a call failed because its shard does not exist any more; not so if its stream does not. */
export function isShardGone(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'ResourceNotFoundException' && /^shard\b/i.test(error.message)
  )
}

const sentences: { readonly [code: string]: ((place: StreamPlace, words: string) => string) | undefined } = {
  STREAM_NOT_FOUND: (place, said) =>
    `Kinesis ${placed(place)} does not know stream ${place.stream} (${said})`,
  REGION_MISSING: () => 'no AWS region is configured',
  CREDENTIALS_MISSING: (_place, said) => `no AWS credentials were found (${said})`,
}

function placed({ region, endpoint }: StreamPlace): string {
  const names = [region && `in region ${region}`, endpoint && `at ${endpoint}`].filter(Boolean)
  return names.length > 0 ? names.join(' ') : 'in the configured region'
}

function words(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
