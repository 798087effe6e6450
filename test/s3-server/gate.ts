import { S3Error } from './s3-error.ts'

/** The account that owns all buckets of this server. */
export const account = '111122223333'

const mostSkewMs = 15 * 60_000

/**
 * What is refused before anything is looked at: requests for another region or of another time than the server's, and
 * for a bucket of another owner. Who signed, and whether the signature is right, is not looked at.
 */
export function assertAdmitted(headers: Readonly<Record<string, string>>, region: string, now: number): void {
  const [, scope] = /Credential=[^/]+\/\d+\/([\w-]+)\/s3\//.exec(headers['authorization'] ?? '') ?? []
  if (scope !== undefined && scope !== region) {
    const message = `The authorization header is malformed; the region '${scope}' is wrong; expecting '${region}'`
    throw new S3Error(400, 'AuthorizationHeaderMalformed', message, { Region: region })
  }
  const signedAt = timeOf(headers['x-amz-date'])
  if (signedAt !== undefined && Math.abs(signedAt - now) > mostSkewMs) {
    const message = "The difference between the request time and the server's time is too large."
    throw new S3Error(403, 'RequestTimeTooSkewed', message, { ServerTime: new Date(now).toISOString() })
  }
  if ((headers['x-amz-expected-bucket-owner'] ?? account) !== account) {
    throw new S3Error(403, 'AccessDenied', 'Access Denied')
  }
}

function timeOf(compact: string | undefined): number | undefined {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(compact ?? '') ?? []
  if (day === undefined || time === undefined) return undefined
  const date = day.replace(/(....)(..)(..)/, '$1-$2-$3')
  return Date.parse(`${date}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`)
}
