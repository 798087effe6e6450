import { KinesisClient } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type AwsEnvironment, type AwsPlace, awsPlace } from '../../src/contract/aws-connection.ts'
import { withCborFirst } from './cbor-first.ts'
import { LeanProtocol } from './lean-protocol.ts'

/** How records are written and read between client and service. */
export type Protocol = 'lean' | 'lean-json' | 'sdk'

/** Where and how to reach Kinesis. */
export interface Connection {
  /**
   * Such as `us-east-1`. Default: that of the stream's ARN if one is given, else what the AWS SDK finds (`AWS_REGION`,
   * the profile). For a Kinesis on this machine a missing region is `us-east-1`.
   */
  readonly region?: string | undefined
  /**
   * The URL of a Kinesis other than AWS's. Default: `AWS_ENDPOINT_URL_KINESIS`, `AWS_ENDPOINT_URL`, else AWS. At
   * `http://` on a loopback address missing credentials are made up.
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
   * `'lean'` (default) reads and writes records in a fraction of the time of `'sdk'`, the AWS SDK's own way: in CBOR, or
   * in JSON if it turns out that the service does not speak CBOR. `'lean-json'` is the same in JSON from the start. All
   * give the same.
   */
  readonly protocol?: Protocol | undefined
  /** A client of your own, which then decides all the above and is left open at the end. */
  readonly client?: KinesisClient | undefined
}

/** What a connection comes to, given the environment. */
export interface ResolvedConnection
  extends AwsPlace,
    Pick<Connection, 'profile' | 'useFipsEndpoint' | 'useDualstackEndpoint'> {}

/** Decides what to connect to. `stream` is a name or an ARN. */
export function resolveConnection(
  { region, endpoint, profile, useFipsEndpoint, useDualstackEndpoint }: Connection,
  stream: string,
  env: AwsEnvironment,
): ResolvedConnection {
  const given = { region: region ?? regionOfArn(stream), endpoint, profile }
  return { ...awsPlace('KINESIS', given, env), profile, useFipsEndpoint, useDualstackEndpoint }
}

/**
 * A client that costs little: HTTP/1.1 kept alive, no logging, one attempt (its caller decides when to try again).
 * `onJson` hears the error for which records go in JSON from then on.
 */
export function leanClient(
  connection: ResolvedConnection,
  protocol: Protocol = 'lean',
  onJson: (error: unknown) => void = () => {},
): KinesisClient {
  const client = new KinesisClient({
    ...clientPlace(connection),
    ...(protocol !== 'sdk' && { protocol: LeanProtocol }),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5000,
      httpAgent: { keepAlive: true, maxSockets: 1024 },
      httpsAgent: { keepAlive: true, maxSockets: 1024 },
    }),
  })
  // It copies every record of an output, for a logger that does nothing.
  client.middlewareStack.remove('loggerMiddleware')
  return protocol === 'lean' ? withCborFirst(client, onJson) : client
}

/** What tells a client of the AWS SDK where it goes, and as whom. What is not known is left to the SDK. */
export function clientPlace(connection: ResolvedConnection) {
  const { region, endpoint, credentials, profile, useFipsEndpoint, useDualstackEndpoint } = connection
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    ...(profile !== undefined && { profile }),
    ...(useFipsEndpoint !== undefined && { useFipsEndpoint }),
    ...(useDualstackEndpoint !== undefined && { useDualstackEndpoint }),
  }
}

function regionOfArn(stream: string): string | undefined {
  return /^arn:aws[\w-]*:kinesis:([a-z0-9-]+):/.exec(stream)?.[1]
}
