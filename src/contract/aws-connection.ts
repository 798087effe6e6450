import { isLoopback } from './loopback.ts'

/** Where and how to reach a service of AWS. */
export interface AwsConnection {
  /** Default: `--region`, else what the AWS SDK finds (`AWS_REGION`, the profile). At an endpoint on this machine: `us-east-1`. */
  readonly region?: string
  /** The URL of another service that speaks the same protocol. At `http://` on this machine missing credentials are made up. */
  readonly endpoint?: string
  /** A profile of the shared AWS configuration, for region and credentials. Default: `AWS_PROFILE`, else `default`. */
  readonly profile?: string
}

/** What the constructor of a client of the AWS SDK takes. What is not known is left to the SDK. */
export interface AwsClientConfig {
  readonly region?: string
  readonly endpoint?: string
  readonly profile?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Whoever calls tries again by its own rule. */
  readonly maxAttempts: 1
}

/** Decides what to connect to, given the environment. */
export function awsClientConfig(
  { region, endpoint, profile }: AwsConnection,
  given: { readonly region?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): AwsClientConfig {
  const loopback = isLoopback(endpoint)
  const inEnvironment = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
  const chosen = region ?? given.region ?? inEnvironment ?? (loopback ? 'us-east-1' : undefined)
  const known =
    env['AWS_ACCESS_KEY_ID'] !== undefined || env['AWS_PROFILE'] !== undefined || profile !== undefined
  return {
    maxAttempts: 1,
    ...(chosen !== undefined && { region: chosen }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(loopback && !known && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  }
}
