/**
 * How S3 encrypts what it stores: with keys of its own (`'AES256'`), or with a KMS key, by its id, ARN or alias; an empty
 * `kmsKey` is the key that AWS manages for S3. A bucket key, the default, asks KMS once in a while instead of for each
 * object.
 */
export type S3Encryption = 'AES256' | { readonly kmsKey: string; readonly bucketKey?: boolean }

/** What a request that makes an object says of it. */
export function encrypted(encryption: S3Encryption | undefined) {
  if (encryption === undefined) return {}
  if (encryption === 'AES256') return { ServerSideEncryption: 'AES256' as const }
  const { kmsKey, bucketKey = true } = encryption
  return {
    ServerSideEncryption: 'aws:kms' as const,
    ...(kmsKey !== '' && { SSEKMSKeyId: kmsKey }),
    BucketKeyEnabled: bucketKey,
  }
}
