import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { decode } from 'cbor-x'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../../../connectors/kinesis/client.ts'
import { connect } from '../../../connectors/kinesis/connect.ts'
import { putRecords } from '../../../connectors/kinesis/index.ts'
import { sdkKinesisApi } from '../../../connectors/kinesis/sdk-kinesis-api.ts'
import { freshAwsHome } from './aws-home.ts'
import { cannedHandler } from './canned-handler.ts'

const arn = 'arn:aws:kinesis:eu-central-1:111122223333:stream/orders'
const keys = { AWS_ACCESS_KEY_ID: 'AKIDENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' }

const home = freshAwsHome()

/** A request as it would have gone out. */
interface Sent {
  readonly host: string
  readonly operation: string
  readonly input: Record<string, unknown>
  readonly authorization: string
  readonly token: string | undefined
}

const shard = {
  ShardId: 'shardId-000000000000',
  HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
  SequenceNumberRange: { StartingSequenceNumber: '1' },
}
const summary = {
  ...{ StreamARN: arn, StreamName: 'orders', StreamStatus: 'ACTIVE', RetentionPeriodHours: 24 },
  StreamCreationTimestamp: 1,
}
const answers: Record<string, object> = {
  DescribeStreamSummary: { StreamDescriptionSummary: summary },
  ListShards: { Shards: [shard], NextToken: 'more' },
  GetShardIterator: { ShardIterator: 'iterator' },
  GetRecords: { Records: [], NextShardIterator: 'next' },
  PutRecords: { FailedRecordCount: 0, Records: [{ SequenceNumber: '1', ShardId: 'shardId-000000000000' }] },
}

/** Calls that carry records go in CBOR, all others in JSON. */
function inputOf({ headers, body }: { headers: Record<string, string>; body: string | Buffer }) {
  const isCbor = headers['content-type'] === 'application/x-amz-cbor-1.1'
  return (isCbor ? decode(body as Buffer) : JSON.parse(String(body))) as Record<string, unknown>
}

/** A client as our source makes it, of which nothing leaves the process. */
function capturing(connection: Connection, stream: string) {
  const sent: Sent[] = []
  const network = new NodeHttpHandler()
  const { client } = connect(connection, stream)
  const canned = cannedHandler(({ target }) => ({ body: JSON.stringify(answers[target]) })) as unknown as {
    handle(request: {
      hostname: string
      headers: Record<string, string>
      body: string | Buffer
    }): Promise<unknown>
  }
  const handle: typeof canned.handle = (request) => {
    const { headers } = request
    // The SDK asks for a role's credentials with the handler of the client.
    if (headers['x-amz-target'] === undefined) return network.handle(request as never)
    sent.push({
      host: request.hostname,
      operation: headers['x-amz-target']!.split('.')[1]!,
      input: inputOf(request),
      authorization: headers['authorization']!,
      token: headers['x-amz-security-token'],
    })
    return canned.handle(request)
  }
  Object.assign(client.config, { requestHandler: { ...canned, handle } })
  return { client, sent }
}

/** All that reading a stream asks for. */
async function read(connection: Connection, stream: string): Promise<Sent[]> {
  const { client, sent } = capturing(connection, stream)
  const api = sdkKinesisApi(client, stream, () => {})
  const { signal } = new AbortController()
  await api.describeStream(signal)
  await api.listShards({ filter: 'retained' }, signal)
  await api.listShards({ next: 'more' }, signal)
  await api.shardIterator('shardId-000000000000', { kind: 'trim-horizon' }, signal)
  await api.records('iterator', signal)
  return sent
}

const hosts = (sent: readonly Sent[]) => [...new Set(sent.map(({ host }) => host))]

describe('a stream', () => {
  test('by name is asked for by name, at the endpoint of the region', async () => {
    Object.assign(process.env, keys, { AWS_REGION: 'us-west-2' })
    const sent = await read({}, 'orders')
    expect(hosts(sent)).toEqual(['kinesis.us-west-2.amazonaws.com'])
    const named = sent
      .filter(({ input }) => input['StreamName'] === 'orders')
      .map(({ operation }) => operation)
    expect(named).toEqual(['DescribeStreamSummary', 'ListShards', 'GetShardIterator'])
    expect(sent.every(({ input }) => input['StreamARN'] === undefined)).toBe(true)
  })

  test('by ARN, also of another account, is asked for by ARN in every call, at the endpoint of its account and region', async () => {
    Object.assign(process.env, keys, { AWS_REGION: 'us-west-2' })
    const sent = await read({}, arn)
    expect(hosts(sent).sort()).toEqual([
      '111122223333.control-kinesis.eu-central-1.amazonaws.com',
      '111122223333.data-kinesis.eu-central-1.amazonaws.com',
      // The token of a listing names the stream; it may not be named again.
      'kinesis.eu-central-1.amazonaws.com',
    ])
    const byArn = sent.filter(({ input }) => input['StreamARN'] === arn).map(({ operation }) => operation)
    expect(byArn).toEqual(['DescribeStreamSummary', 'ListShards', 'GetShardIterator', 'GetRecords'])
    expect(sent.every(({ authorization }) => authorization.includes('/eu-central-1/kinesis/'))).toBe(true)
  })

  test('by ARN is put to by ARN', async () => {
    Object.assign(process.env, keys)
    const { client, sent } = capturing({}, arn)
    await putRecords([{ data: Buffer.from('a'), partitionKey: 'k' }], { stream: arn, client })
    expect(sent[0]).toMatchObject({
      host: '111122223333.data-kinesis.eu-central-1.amazonaws.com',
      input: { StreamARN: arn },
    })
  })
})

describe('endpoints', () => {
  test.each([
    [{ useFipsEndpoint: true }, 'kinesis-fips.us-east-1.amazonaws.com'],
    [{ useDualstackEndpoint: true }, 'kinesis.us-east-1.api.aws'],
    [{ useFipsEndpoint: true, useDualstackEndpoint: true }, 'kinesis-fips.us-east-1.api.aws'],
    [
      { endpoint: 'https://vpce-1.kinesis.us-east-1.vpce.amazonaws.com' },
      'vpce-1.kinesis.us-east-1.vpce.amazonaws.com',
    ],
  ])('by options %j', async (options, host) => {
    Object.assign(process.env, keys, { AWS_REGION: 'us-east-1' })
    expect(hosts(await read(options, 'orders'))).toEqual([host])
  })

  test.each([
    [{ AWS_USE_FIPS_ENDPOINT: 'true' }, 'kinesis-fips.us-east-1.amazonaws.com'],
    [{ AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'kinesis.us-east-1.api.aws'],
    [{ AWS_ENDPOINT_URL_KINESIS: 'https://kinesis.example' }, 'kinesis.example'],
    [
      { AWS_ENDPOINT_URL: 'https://kinesis.example', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'kinesis.us-east-1.amazonaws.com',
    ],
  ])('by the environment %j', async (variables, host) => {
    Object.assign(process.env, keys, { AWS_REGION: 'us-east-1' }, variables)
    expect(hosts(await read({}, 'orders'))).toEqual([host])
  })

  test('by a profile, with its region', async () => {
    writeFileSync(
      join(home(), 'config'),
      '[profile field]\nregion = ca-central-1\nuse_fips_endpoint = true\naws_access_key_id = AKIDFIELD\naws_secret_access_key = s\n',
    )
    const sent = await read({ profile: 'field' }, 'orders')
    expect(hosts(sent)).toEqual(['kinesis-fips.ca-central-1.amazonaws.com'])
    process.env['AWS_PROFILE'] = 'field'
    expect(hosts(await read({}, 'orders'))).toEqual(['kinesis-fips.ca-central-1.amazonaws.com'])
  })

  test('that contradict each other are an invalid option, and nothing is sent', async () => {
    Object.assign(process.env, keys, { AWS_REGION: 'us-east-1' })
    const { kinesisSource } = await import('../../../connectors/kinesis/index.ts')
    const both = { useFipsEndpoint: true, endpoint: 'https://kinesis.example' }
    const source = kinesisSource({ stream: 'orders', startAt: 'latest', decode: String, ...both })
    const opened = source.open(
      {
        name: 'orders',
        clock: { now: () => 0, sleep: () => new Promise(() => {}) },
        random: () => 0,
        log: { info: () => {}, warn: () => {} },
        overrides: {},
        signal: new AbortController().signal,
        count: () => {},
      },
      undefined,
    )
    await expect(opened).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('FIPS'),
    })
  })
})

/** A server that stands for another service of AWS. */
async function serving(body: string, type: string) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => {
      response.setHeader('content-type', type)
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, close: () => server.close() }
}

describe('credentials', () => {
  const later = new Date(Date.UTC(2090, 0)).toISOString()

  test('come from the environment, with the token of a session', async () => {
    Object.assign(process.env, keys, { AWS_SESSION_TOKEN: 'session', AWS_REGION: 'us-east-1' })
    const [first] = await read({}, 'orders')
    expect(first).toMatchObject({ token: 'session' })
    expect(first?.authorization).toContain('Credential=AKIDENVIRONMENT/')
  })

  test('come from a role that a profile assumes', async () => {
    const sts = await serving(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>role session</SessionToken><Expiration>${later}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      'text/xml',
    )
    writeFileSync(
      join(home(), 'config'),
      '[profile reader]\nregion = us-east-1\nrole_arn = arn:aws:iam::111122223333:role/reader\nsource_profile = base\n[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n',
    )
    process.env['AWS_ENDPOINT_URL_STS'] = sts.url
    const [first] = await read({ profile: 'reader' }, 'orders')
    sts.close()
    expect(first?.authorization).toContain('Credential=AKIDROLE/')
    expect(first?.token).toBe('role session')
    expect(sts.asked).toEqual(['POST /'])
  })

  test('come from a single sign-on', async () => {
    const roleCredentials = {
      ...{ accessKeyId: 'AKIDSSO', secretAccessKey: 's', sessionToken: 'sso session' },
      expiration: Date.parse(later),
    }
    const sso = await serving(JSON.stringify({ roleCredentials }), 'application/json')
    writeFileSync(
      join(home(), 'config'),
      '[profile person]\nregion = us-east-1\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = reader\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n',
    )
    const cache = join(home(), '.aws', 'sso', 'cache')
    mkdirSync(cache, { recursive: true })
    writeFileSync(
      join(cache, `${createHash('sha1').update('corp').digest('hex')}.json`),
      JSON.stringify({
        accessToken: 'signed on',
        expiresAt: later,
        startUrl: 'https://corp.awsapps.com/start',
      }),
    )
    process.env['AWS_ENDPOINT_URL_SSO'] = sso.url
    const [first] = await read({ profile: 'person' }, 'orders')
    sso.close()
    expect(first?.authorization).toContain('Credential=AKIDSSO/')
    expect(sso.asked[0]).toContain('role_name=reader')
  })
})

test('an answer that does not say how far behind it is says not that it is caught up', async () => {
  Object.assign(process.env, keys, { AWS_REGION: 'us-east-1' })
  const { client } = capturing({}, 'orders')
  const page = await sdkKinesisApi(client, 'orders', () => {}).records(
    'iterator',
    new AbortController().signal,
  )
  expect(page.behindMs).toBeGreaterThan(0)
})

test('a record without a partition key is read', async () => {
  Object.assign(process.env, keys, { AWS_REGION: 'us-east-1' })
  answers['GetRecords'] = {
    Records: [{ SequenceNumber: '7', ApproximateArrivalTimestamp: 1.5, Data: 'YQ==' }],
    NextShardIterator: 'next',
    MillisBehindLatest: 0,
  }
  const { client } = capturing({}, 'orders')
  const page = await sdkKinesisApi(client, 'orders', () => {}).records(
    'iterator',
    new AbortController().signal,
  )
  expect(page.records).toMatchObject([{ sequenceNumber: '7', partitionKey: undefined, arrivalTime: 1500 }])
})
