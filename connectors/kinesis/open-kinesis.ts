import type { KinesisClient } from '@aws-sdk/client-kinesis'
import type { Codec } from '../../src/contract/codec.ts'
import type { Json } from '../../src/contract/json.ts'
import type { SourceContext, SourceOverrides } from '../../src/contract/source.ts'
import { MillraceError } from '../../src/errors.ts'
import { milliseconds } from '../../src/units.ts'
import type { Connection } from './client.ts'
import { connect } from './connect.ts'
import { type EnumeratorSnapshot, parseSnapshot } from './enumerator-snapshot.ts'
import { consumerName, consumerNameOf } from './fan-out/consumer-name.ts'
import { fanOutClient } from './fan-out/fan-out-client.ts'
import { sdkFanOutApi } from './fan-out/sdk-fan-out-api.ts'
import type { KinesisApi, StreamFacts } from './kinesis-api.ts'
import type { KinesisSourceOptions } from './kinesis-source.ts'
import { persist } from './persist.ts'
import { RetryReport } from './retry-report.ts'
import { sdkKinesisApi } from './sdk-kinesis-api.ts'
import { serviceError } from './service-error.ts'
import { serviceNow } from './service-now.ts'
import { type EnumeratorParts, type FanOutParts, ShardEnumerator } from './shard-enumerator.ts'
import { processPaces } from './shard-pace.ts'
import { resolveStart } from './starting-position.ts'
import { assertSameStream } from './stream-facts.ts'

/** So long the start of a job waits for an answer before it says that there is none. */
const patienceMs = 10_000
const creatingLooksMs = 1000
const creatingPatienceMs = 120_000

/** Connects to the stream of a source. */
export async function openKinesis<T>(
  options: KinesisSourceOptions<T>,
  codec: Codec<T>,
  context: SourceContext,
  restored: Json | undefined,
): Promise<ShardEnumerator<T>> {
  const connection = overridden(options, context.overrides)
  const { client, loopback, place, close } = connect(connection, options.stream)
  const api = sdkKinesisApi(client, options.stream, close)
  const paced = (options.pace ?? (loopback ? 'none' : 'aws')) === 'aws'
  return openEnumerator(
    {
      api,
      decode: (record) => codec.decode(record.data),
      aggregation: options.aggregation ?? 'kpl',
      context,
      place,
      paces: paced ? processPaces : undefined,
      discoverEveryMs: milliseconds(options.discoverEvery ?? '30s'),
      fanOut: fanOutOf(options, connection, client, context),
    },
    options.startAt,
    restored,
  )
}

/** What a source that does not only poll needs besides. */
function fanOutOf<T>(
  { read = 'polling', consumer, stream }: KinesisSourceOptions<T>,
  connection: Connection,
  client: KinesisClient,
  { job = 'job', name, clock }: SourceContext,
): FanOutParts | undefined {
  if (read === 'polling') return undefined
  const subscribing = fanOutClient(connection, stream, clock)
  return {
    read,
    consumer: consumerName(consumer ?? consumerNameOf(job, name)),
    api: sdkFanOutApi(client, subscribing.client, subscribing.close),
  }
}

/** Overrides first. A client cannot be pointed elsewhere, so another place needs another client. */
function overridden(options: Connection, { endpoint, region }: SourceOverrides): Connection {
  return {
    endpoint: endpoint ?? options.endpoint,
    region: region ?? options.region,
    protocol: options.protocol,
    client: endpoint === undefined && region === undefined ? options.client : undefined,
  }
}

/** Everything of {@link openKinesis} that does not depend on how Kinesis is reached. */
export async function openEnumerator<T>(
  parts: Omit<EnumeratorParts<T>, 'facts' | 'snapshot'>,
  startAt: KinesisSourceOptions<T>['startAt'],
  restored: Json | undefined,
): Promise<ShardEnumerator<T>> {
  try {
    const facts = await existing(parts.api, parts.context)
    const snapshot = restored === undefined ? first(facts, startAt, parts.context) : parseSnapshot(restored)
    assertSameStream(snapshot.stream, facts)
    return new ShardEnumerator({ ...parts, snapshot, facts })
  } catch (error) {
    parts.api.close()
    parts.fanOut?.api.close()
    throw serviceError(error, parts.place, { source: parts.context.name })
  }
}

/** The facts of the stream, once it has been created if that is still going on. */
async function existing(api: KinesisApi, context: SourceContext): Promise<StreamFacts> {
  const { clock, random, signal } = context
  const onRetry = new RetryReport(context).retried
  const giveUpAt = clock.now() + creatingPatienceMs
  for (;;) {
    const facts = await persist((ended) => api.describeStream(ended), {
      clock,
      random,
      signal,
      patienceMs,
      onRetry,
    })
    if (facts.status !== 'CREATING') return facts
    if (clock.now() >= giveUpAt)
      throw new MillraceError('SOURCE_UNREACHABLE', 'the stream is still being created')
    await clock.sleep(creatingLooksMs, signal)
  }
}

function first(
  facts: StreamFacts,
  startAt: KinesisSourceOptions<unknown>['startAt'],
  { overrides, clock }: SourceContext,
): EnumeratorSnapshot {
  const now = serviceNow(clock.now(), facts.serverTime)
  const start = resolveStart(overrides.startAt ?? startAt, now)
  return { schema: 1, stream: { arn: facts.arn, createdAt: facts.createdAt }, start, lineage: null, read: {} }
}
