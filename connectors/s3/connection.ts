import type { S3Client } from '@aws-sdk/client-s3'
import { type AwsEnvironment, awsPlace } from '../../src/contract/aws-connection.ts'

/** Where and how to reach S3. */
export interface S3Connection {
  /**
   * The region of the bucket, such as `us-east-1`. Default: what the AWS SDK finds (`AWS_REGION`, the profile). At an
   * endpoint on this machine a missing region is `us-east-1`.
   */
  readonly region?: string | undefined
  /**
   * The URL of a service other than AWS's that speaks the protocol of S3. Default: `AWS_ENDPOINT_URL_S3`,
   * `AWS_ENDPOINT_URL`, else AWS. At `http://` on a loopback address missing credentials are made up.
   */
  readonly endpoint?: string | undefined
  /** A profile of the shared AWS configuration, for region and credentials. Default: `AWS_PROFILE`, else `default`. */
  readonly profile?: string | undefined
  /** Endpoints of AWS that are validated under FIPS 140. Default: `AWS_USE_FIPS_ENDPOINT`, the profile, else `false`. */
  readonly useFipsEndpoint?: boolean | undefined
  /**
   * Endpoints of AWS that are reached by IPv6 and IPv4. Default: `AWS_USE_DUALSTACK_ENDPOINT`, the profile, else `false`.
   */
  readonly useDualstackEndpoint?: boolean | undefined
  /**
   * The bucket in the path of URLs instead of the name of the host, as most stand-ins for S3 want it. Default: `true` at
   * an endpoint on this machine, else `false`.
   */
  readonly forcePathStyle?: boolean | undefined
  /**
   * Whether uploads carry a checksum that the service verifies. `'WHEN_REQUIRED'` leaves it out, for services that do
   * not know it. Default: `AWS_REQUEST_CHECKSUM_CALCULATION`, the profile, else `'WHEN_SUPPORTED'`.
   */
  readonly requestChecksumCalculation?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED' | undefined
  /** The account that must own the bucket, 12 digits; with another owner every request is refused. Default: any. */
  readonly expectedBucketOwner?: string | undefined
  /** A client of your own, which then decides all the above but the owner. It is left open at the end. */
  readonly client?: S3Client | undefined
}

/** What a connection comes to, given the environment. */
export interface ResolvedConnection {
  readonly region: string | undefined
  readonly endpoint: string | undefined
  /** What the constructor of the client takes. What is not known is left to the SDK. */
  readonly config: {
    readonly region?: string
    readonly endpoint?: string
    readonly profile?: string
    readonly useFipsEndpoint?: boolean
    readonly useDualstackEndpoint?: boolean
    readonly forcePathStyle?: boolean
    readonly requestChecksumCalculation?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED'
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
}

/** Decides what to connect to. */
export function resolveConnection(options: S3Connection, env: AwsEnvironment): ResolvedConnection {
  const { profile, useFipsEndpoint, useDualstackEndpoint, requestChecksumCalculation } = options
  const given = { region: options.region, endpoint: options.endpoint, profile }
  const { region, endpoint, loopback, credentials } = awsPlace('S3', given, env)
  const forcePathStyle = options.forcePathStyle ?? (loopback || undefined)
  return {
    region,
    endpoint,
    config: {
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(profile !== undefined && { profile }),
      ...(useFipsEndpoint !== undefined && { useFipsEndpoint }),
      ...(useDualstackEndpoint !== undefined && { useDualstackEndpoint }),
      ...(forcePathStyle !== undefined && { forcePathStyle }),
      ...(requestChecksumCalculation !== undefined && { requestChecksumCalculation }),
      ...(credentials !== undefined && { credentials }),
    },
  }
}
