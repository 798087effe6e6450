import { type ErrorCode, MillraceError } from '../../src/errors.ts'
import { NoSuccess } from './persist.ts'
import { failureOf } from './service-failure.ts'

/** What was tried, and where. */
export interface Deed {
  readonly doing: 'write' | 'read' | 'list' | 'delete'
  readonly bucket: string
  /** A key, or the prefix of several. */
  readonly key: string
  readonly region: string | undefined
  readonly endpoint: string | undefined
  /** The code of what may pass. Default `STORE_FAILED`. */
  readonly failedAs?: ErrorCode
}

/** A failed request as an error of the catalogue. What is one already stays. */
export function serviceError(error: unknown, deed: Deed): MillraceError {
  if (error instanceof MillraceError) return error
  const last = error instanceof NoSuccess ? error.cause : error
  const happened = [`cannot ${deed.doing} in S3 ${placed(deed)}: ${words(error)}`, hint(last, deed)]
  const code = codeOf(last)
  return new MillraceError(
    code === 'STORE_FAILED' ? (deed.failedAs ?? code) : code,
    happened.filter(Boolean).join('; '),
    {
      where: { file: `s3://${deed.bucket}/${deed.key}` },
      cause: bare(last),
    },
  )
}

function codeOf(error: unknown): ErrorCode {
  const failure = failureOf(error)
  return failure.kind === 'refused' ? failure.code : 'STORE_FAILED'
}

const actions: Readonly<Record<Deed['doing'], string>> = {
  write: 's3:PutObject, s3:GetObject, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads',
  read: 's3:GetObject and s3:ListBucket',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
}

/** What to do about it, where the code alone does not say. */
function hint(error: unknown, { bucket, doing, endpoint }: Deed): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NoSuchBucket') return `there is no bucket ${bucket}: create it, or correct \`bucket\``
  if (wrongRegion.has(name)) {
    const region = regionIn(error)
    return region === undefined
      ? `bucket ${bucket} is in another region: correct \`region\``
      : `bucket ${bucket} is in region ${region}: set \`region\` to it`
  }
  if (/^Request(Expired|InTheFuture|TimeTooSkewed)$/.test(name)) return 'set the clock of this machine'
  if (name.startsWith('KMS.')) return 'see that the KMS key is there, enabled, and may be used by this role'
  if (name === 'NotImplemented')
    return 'the service must know If-None-Match on PutObject and CompleteMultipartUpload'
  const code = codeOf(error)
  if (code === 'ACCESS_DENIED')
    return `the role needs ${actions[doing]}, and what a KMS key needs; see docs/s3.md for the policy`
  if (isUnanswered(error))
    return `see that ${endpoint === undefined ? 'S3' : 'the endpoint'} can be reached from here`
  return ''
}

const wrongRegion = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
  'TemporaryRedirect',
])

interface RedirectFacts {
  readonly Region?: unknown
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

function regionIn(error: unknown): string | undefined {
  const { Region, $response } = error as RedirectFacts
  const region = $response?.headers?.['x-amz-bucket-region'] ?? Region
  return typeof region === 'string' && /^[a-z0-9-]+$/.test(region) ? region : undefined
}

function isUnanswered(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || 'code' in error)
}

function placed({ region, endpoint }: Deed): string {
  const names = [region && `in region ${region}`, endpoint && `at ${withoutUser(endpoint)}`].filter(Boolean)
  return names.length > 0 ? names.join(' ') : 'in the configured region'
}

/** The endpoint as it may be shown. */
function withoutUser(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : endpoint.replace(/\/\/.*@/, '//')
}

function words(error: unknown): string {
  if (!(error instanceof NoSuccess)) return own(error)
  return error.cause === undefined ? error.message : `${error.message}, the last one: ${own(error.cause)}`
}

function own(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && error.message === '' ? `${error.code}` : error.message
  return `${error.name}: ${code}`
}

/** Name and words of an error alone: those of the SDK carry requests and answers, with who signed them. */
function bare(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = new Error(own(error))
  if (error.stack !== undefined) copy.stack = error.stack
  return copy
}
