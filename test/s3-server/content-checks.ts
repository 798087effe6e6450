import { createHash } from 'node:crypto'
import type { Call } from './call.ts'
import { type Algorithm, algorithms, checksum, headerOf, md5 } from './checksums.ts'
import { S3Error } from './s3-error.ts'
import type { StoredChecksum } from './stored-bucket.ts'

/** Refuses content that is not what its headers say. */
export function assertIntact({ headers, content }: Pick<Call, 'headers' | 'content'>): void {
  const wanted = headers['x-amz-content-sha256'] ?? ''
  if (/^[0-9a-f]{64}$/.test(wanted) && createHash('sha256').update(content).digest('hex') !== wanted) {
    throw new S3Error(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match",
    )
  }
  const wantedMd5 = headers['content-md5']
  if (wantedMd5 !== undefined && md5(content).toString('base64') !== wantedMd5) {
    throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
  const given = givenChecksum(headers)
  if (given !== undefined && checksum(given.algorithm, content) !== given.value)
    throw badDigest(given.algorithm)
}

export const badDigest = (algorithm: Algorithm) =>
  new S3Error(400, 'BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)

/** The checksum that a request carries, in its headers or after its body. */
export function givenChecksum(headers: Call['headers']): Omit<StoredChecksum, 'type'> | undefined {
  for (const algorithm of algorithms) {
    const value = headers[headerOf(algorithm)]
    if (value !== undefined) return { algorithm, value }
  }
  return undefined
}
