import type { KinesisClient } from '@aws-sdk/client-kinesis'
import type { ArchivePlace } from '../../src/contract/archive-place.ts'
import type { Json } from '../../src/contract/json.ts'
import type { SourceContext, SourceOverrides } from '../../src/contract/source.ts'
import { MillraceError } from '../../src/errors.ts'
import { milliseconds } from '../../src/units.ts'
import { ArchivedApi } from './archive/archived-api.ts'
import type { Connection } from './client.ts'
import { connect } from './connect.ts'
import { type EnumeratorSnapshot, parseSnapshot } from './enumerator-snapshot.ts'
import { existingStream } from './existing-stream.ts'
import { consumerName, consumerNameOf } from './fan-out/consumer-name.ts'
import { fanOutClient } from './fan-out/fan-out-client.ts'
import { sdkFanOutApi } from './fan-out/sdk-fan-out-api.ts'
import type { KinesisApi, StreamFacts } from './kinesis-api.ts'
import type { KinesisSourceOptions } from './kinesis-source.ts'
import { RetryReport } from './retry-report.ts'
import { sdkKinesisApi } from './sdk-kinesis-api.ts'
import { serviceError } from './service-error.ts'
import { serviceNow } from './service-now.ts'
import { type EnumeratorParts, type FanOutParts, ShardEnumerator } from './shard-enumerator.ts'
import { processPaces } from './shard-pace.ts'
import { resolveStart } from './starting-position.ts'
import { assertSameStream, wantedSince } from './stream-facts.ts'
import type { RecordDecoder } from './whole-record.ts'

/** As many as GetRecords brings. */
const mostRecords = 10_000

/** Connects to the stream of a source. */
export async function openKinesis<T>(
  options: KinesisSourceOptions<T>,
  decode: RecordDecoder<T>,
  context: SourceContext,
  restored: Json | undefined,
): Promise<ShardEnumerator<T>> {
  const aggregation = options.aggregation ?? 'kpl'
  checkArchive(options, context.overrides)
  if (options.dropRepeats && aggregation === 'none') throw repeatsUnseen()
  const { recordsPerFetch = mostRecords } = options
  if (!Number.isInteger(recordsPerFetch) || recordsPerFetch < 1 || recordsPerFetch > mostRecords)
    throw new MillraceError(
      'OPTION_INVALID',
      `recordsPerFetch is ${recordsPerFetch}, not a whole number from 1 to 10000`,
    )
  const connection = overridden(options, context.overrides)
  const { client, loopback, place, close } = connect(connection, options.stream, context.log)
  const live = sdkKinesisApi(client, options.stream, close)
  const api = options.archive === undefined ? live : await archived(live, options.archive, context)
  const paced = (options.pace ?? (loopback ? 'none' : 'aws')) === 'aws'
  return openEnumerator(
    {
      api,
      decode,
      ...(api instanceof ArchivedApi && { keeps: api.keeps }),
      aggregation,
      onDataLoss: options.onDataLoss ?? 'fail',
      dropRepeats: options.dropRepeats ?? false,
      recordsPerFetch,
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

async function archived(
  live: KinesisApi,
  place: ArchivePlace,
  { clock }: SourceContext,
): Promise<ArchivedApi> {
  try {
    return await ArchivedApi.open(live, place, () => clock.now())
  } catch (error) {
    live.close()
    throw error
  }
}

function checkArchive(
  { archive, startAt, dropRepeats }: KinesisSourceOptions<unknown>,
  overrides: SourceOverrides,
): void {
  if (archive === undefined) return
  const wrong =
    (overrides.startAt ?? startAt) !== 'trim-horizon'
      ? "startAt: 'trim-horizon'"
      : dropRepeats
        ? 'no dropRepeats'
        : undefined
  if (wrong !== undefined)
    throw new MillraceError('OPTION_INVALID', `a source with an archive needs ${wrong}`)
}

function repeatsUnseen(): MillraceError {
  return new MillraceError(
    'OPTION_INVALID',
    "dropRepeats needs aggregation: 'kpl', since ids of records stand in aggregated records",
  )
}

/** What a source that does not only poll needs besides. */
function fanOutOf<T>(
  { read = 'polling', consumer, stream }: KinesisSourceOptions<T>,
  connection: Connection,
  client: KinesisClient,
  { job = 'job', name, clock, log }: SourceContext,
): FanOutParts | undefined {
  if (read === 'polling') return undefined
  const onJson = (error: unknown) =>
    log.warn('Kinesis does not take CBOR for subscriptions; they go in JSON', { stream, reason: `${error}` })
  const subscribing = fanOutClient(connection, stream, clock, onJson)
  return {
    read,
    consumer: consumerName(consumer ?? consumerNameOf(job, name)),
    api: sdkFanOutApi(client, subscribing.client, subscribing.close),
  }
}

/** Overrides first. A client cannot be pointed elsewhere, so another place needs another client. */
export function overridden(
  options: Connection,
  { endpoint, region }: Pick<SourceOverrides, 'endpoint' | 'region'>,
): Connection {
  return {
    ...options,
    endpoint: endpoint ?? options.endpoint,
    region: region ?? options.region,
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
    const onRetry = new RetryReport(parts.context).retried
    const facts = await existingStream((signal) => parts.api.describeStream(signal), {
      ...parts.context,
      onRetry,
    })
    const snapshot = restored === undefined ? first(facts, startAt, parts) : parseSnapshot(restored)
    assertSameStream(snapshot.stream, facts)
    return new ShardEnumerator({ ...parts, snapshot, facts })
  } catch (error) {
    parts.api.close()
    parts.fanOut?.api.close()
    throw serviceError(error, parts.place, { source: parts.context.name })
  }
}

function first(
  facts: StreamFacts,
  startAt: KinesisSourceOptions<unknown>['startAt'],
  { context: { overrides, clock }, keeps }: Pick<EnumeratorParts<unknown>, 'context' | 'keeps'>,
): EnumeratorSnapshot {
  const now = serviceNow(clock.now(), facts.serverTime)
  const start = resolveStart(overrides.startAt ?? startAt, now)
  const stream = { arn: facts.arn, createdAt: facts.createdAt }
  // With an archive, everything is wanted that the stream has ever had.
  const since = keeps === undefined ? wantedSince(start, now, facts) : 0
  return { schema: 1, stream, start, wantedSince: since, lineage: null, read: {} }
}
