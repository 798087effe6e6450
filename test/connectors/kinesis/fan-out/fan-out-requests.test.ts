import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SubscribeToShardCommand } from '@aws-sdk/client-kinesis'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../../../../connectors/kinesis/client.ts'
import { connect } from '../../../../connectors/kinesis/connect.ts'
import { fanOutClient } from '../../../../connectors/kinesis/fan-out/fan-out-client.ts'
import { sdkKinesisApi } from '../../../../connectors/kinesis/sdk-kinesis-api.ts'
import { freshAwsHome } from '../aws-home.ts'
import { cannedHandler } from '../canned-handler.ts'
import { ManualClock } from '../manual-clock.ts'

const stream = 'orders'
const consumer = 'arn:aws:kinesis:us-east-1:111122223333:stream/orders/consumer/reader:1'

const home = freshAwsHome({ AWS_ACCESS_KEY_ID: 'AKIDENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' })

type Client = ReturnType<typeof fanOutClient>['client']

/** Where a client sends, and as whom. */
interface Sent {
  readonly host: string
  readonly key: string
  readonly region: string
}

/** Lets nothing of a client leave the process. */
function capture(client: Client): Sent[] {
  const sent: Sent[] = []
  const canned = cannedHandler(() => ({ body: '{}' })) as unknown as {
    handle(request: { hostname: string; headers: Record<string, string> }): Promise<unknown>
  }
  const handle: typeof canned.handle = (request) => {
    const [, key, region] = /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(request.headers['authorization']!)!
    sent.push({ host: request.hostname, key: key!, region: region! })
    return canned.handle(request)
  }
  Object.assign(client.config, { requestHandler: { ...canned, handle } })
  return sent
}

async function subscribed(connection: Connection): Promise<Sent> {
  const { client, close } = fanOutClient(connection, stream, new ManualClock())
  const [sent] = [capture(client)]
  const start = { Type: 'TRIM_HORIZON' } as const
  await client.send(
    new SubscribeToShardCommand({ ConsumerARN: consumer, ShardId: 's', StartingPosition: start }),
  )
  close()
  return sent[0]!
}

async function polled(connection: Connection): Promise<Sent> {
  const { client, close } = connect(connection, stream)
  const sent = capture(client)
  const { signal } = new AbortController()
  await sdkKinesisApi(client, stream, close).shardIterator('s', { kind: 'trim-horizon' }, signal)
  close()
  return sent[0]!
}

/** Without the account, which an ARN brings into the host. */
const place = ({ host, ...more }: Sent) => ({
  host: host.replace('111122223333.control-', '').replace('111122223333.data-', ''),
  ...more,
})

describe('a subscription goes where polls go, as the same', () => {
  const field =
    '[profile field]\nregion = ca-central-1\nuse_fips_endpoint = true\naws_access_key_id = AKIDFIELD\naws_secret_access_key = s\n'

  test.each<[Connection, Record<string, string>, string]>([
    [{}, {}, 'kinesis.us-east-1.amazonaws.com'],
    [{ region: 'eu-west-1' }, {}, 'kinesis.eu-west-1.amazonaws.com'],
    [{ useFipsEndpoint: true }, {}, 'kinesis-fips.us-east-1.amazonaws.com'],
    [{ useDualstackEndpoint: true }, {}, 'kinesis.us-east-1.api.aws'],
    [{ useFipsEndpoint: true, useDualstackEndpoint: true }, {}, 'kinesis-fips.us-east-1.api.aws'],
    [{ endpoint: 'https://kinesis.example' }, {}, 'kinesis.example'],
    [{}, { AWS_USE_FIPS_ENDPOINT: 'true' }, 'kinesis-fips.us-east-1.amazonaws.com'],
    [{}, { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'kinesis.us-east-1.api.aws'],
    [{}, { AWS_ENDPOINT_URL_KINESIS: 'https://kinesis.example' }, 'kinesis.example'],
  ])('with the options %j and the environment %j', async (options, variables, host) => {
    Object.assign(process.env, { AWS_REGION: 'us-east-1' }, variables)
    const subscription = place(await subscribed(options))
    expect(subscription.host).toBe(host)
    expect(subscription).toEqual(place(await polled(options)))
  })

  test('with a profile', async () => {
    writeFileSync(join(home(), 'config'), field)
    const subscription = place(await subscribed({ profile: 'field' }))
    expect(subscription).toEqual({
      host: 'kinesis-fips.ca-central-1.amazonaws.com',
      key: 'AKIDFIELD',
      region: 'ca-central-1',
    })
    expect(subscription).toEqual(place(await polled({ profile: 'field' })))
  })
})
