import { isLoopback } from './loopback.ts'

/** Where and how to reach a service of AWS. */
export interface AwsConnection {
  /** Default: `--region`, else what the AWS SDK finds (`AWS_REGION`, the profile). At an endpoint on this machine: `us-east-1`. */
  readonly region?: string
  /**
   * The URL of another service that speaks the same protocol. Default: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, else
   * AWS. At `http://` on this machine missing credentials are made up.
   */
  readonly endpoint?: string
  /** A profile of the shared AWS configuration, for region and credentials. Default: `AWS_PROFILE`, else `default`. */
  readonly profile?: string
}

/** The variables of the process; those that AWS's own tools know count here. */
export type AwsEnvironment = Readonly<Record<string, string | undefined>>

/** A service as the names of environment variables have it. */
export type AwsService = 'DYNAMODB' | 'KINESIS' | 'OPENSEARCH' | 'REDSHIFT_DATA' | 'S3' | 'SNS' | 'SQS'

/** Where a connection goes, and as whom. What is `undefined` is left to the AWS SDK. */
export interface AwsPlace {
  readonly region: string | undefined
  readonly endpoint: string | undefined
  /** Plain HTTP on this machine: a stand-in for AWS. */
  readonly loopback: boolean
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
}

/** Decides where to connect to, given the environment. */
export function awsPlace(
  service: AwsService,
  given: { readonly [Option in keyof AwsConnection]: AwsConnection[Option] | undefined },
  env: AwsEnvironment,
): AwsPlace {
  const endpoint = given.endpoint ?? endpointIn(env, service)
  const loopback = isLoopback(endpoint)
  const inEnvironment = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
  const known =
    env['AWS_ACCESS_KEY_ID'] !== undefined || env['AWS_PROFILE'] !== undefined || given.profile !== undefined
  return {
    region: given.region ?? inEnvironment ?? (loopback ? 'us-east-1' : undefined),
    endpoint,
    loopback,
    credentials: loopback && !known ? { accessKeyId: 'local', secretAccessKey: 'local' } : undefined,
  }
}

/** What the constructor of a client of the AWS SDK takes. */
export function awsClientConfig(
  service: AwsService,
  { region, endpoint, profile }: AwsConnection,
  overrides: { readonly region?: string | undefined },
  env: AwsEnvironment,
) {
  const place = awsPlace(service, { region: region ?? overrides.region, endpoint, profile }, env)
  return {
    /** Whoever calls tries again by its own rule. */
    maxAttempts: 1,
    ...(place.region !== undefined && { region: place.region }),
    ...(place.endpoint !== undefined && { endpoint: place.endpoint }),
    ...(profile !== undefined && { profile }),
    ...(place.credentials !== undefined && { credentials: place.credentials }),
  }
}

function endpointIn(env: AwsEnvironment, service: AwsService): string | undefined {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined
  return env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL']
}
