import process from 'node:process'
import type { S3Client } from '@aws-sdk/client-s3'
import { MillraceError } from '../../src/errors.ts'
import type { Bucket } from './bucket.ts'
import { resolveConnection, type S3Connection } from './connection.ts'
import type { S3Encryption } from './encryption.ts'
import type { ObjectFeatures } from './object-features.ts'
import { type Sdk, sdkBucket } from './sdk-bucket.ts'

/** A bucket that can be asked, and what messages say of its place. */
export interface Connected {
  readonly bucket: Bucket
  readonly region: string | undefined
  readonly endpoint: string | undefined
}

/**
 * Connects as the options and the environment say; nothing is sent yet. Loads the AWS SDK.
 *
 * @throws MillraceError `STORE_REFUSED` if the package `@aws-sdk/client-s3` is not installed.
 */
export async function connect(
  options: S3Connection & {
    readonly bucket: string
    readonly encryption?: S3Encryption | undefined
    readonly features?: ObjectFeatures | undefined
  },
): Promise<Connected> {
  const sdk = await loadSdk()
  const { region, endpoint, config } = resolveConnection(options, process.env)
  const client = options.client ?? new sdk.S3Client({ ...config, ...clientManner })
  const checksums = (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED'
  const { bucket, expectedBucketOwner, encryption, features } = options
  return {
    bucket: sdkBucket(sdk, client, { bucket, expectedBucketOwner, encryption, features, checksums }),
    region,
    endpoint: options.client === undefined ? endpoint : await endpointOf(options.client),
  }
}

/** The store tries again and compares checksums by itself: of ranges, too, for which S3 gives none. */
const clientManner = { maxAttempts: 1, responseChecksumValidation: 'WHEN_REQUIRED' } as const

/** The endpoint that a client was given; `undefined` if it goes to AWS. */
async function endpointOf(client: S3Client): Promise<string | undefined> {
  const given = await client.config.endpoint?.()
  if (given === undefined) return undefined
  const { protocol, hostname, port } = given
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3')
  } catch (cause) {
    throw new MillraceError(
      'STORE_REFUSED',
      'S3 needs a package that cannot be loaded: run `npm install @aws-sdk/client-s3`',
      { cause },
    )
  }
}
