import type { SinkContext, SinkWriter } from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'
import type { Connection } from '../client.ts'
import { connect } from '../connect.ts'
import { existingStream, startPatienceMs } from '../existing-stream.ts'
import type { KinesisSinkOptions, SinkDelivery } from '../kinesis-sink.ts'
import { overridden } from '../open-kinesis.ts'
import { persist } from '../persist.ts'
import { RetryReport } from '../retry-report.ts'
import { type StreamPlace, serviceError } from '../service-error.ts'
import { ByteRoom } from './byte-room.ts'
import { CheckpointedWriter } from './checkpointed-writer.ts'
import { ChunkWriter } from './chunk.ts'
import { Delivery, patienceMs } from './delivery.ts'
import { ImmediateWriter } from './immediate-writer.ts'
import { listOpenShards } from './list-open-shards.ts'
import { OpenShards } from './open-shards.ts'
import { Outbox } from './outbox.ts'
import { producerOf } from './outgoing-record.ts'
import { rowRecord } from './row-record.ts'
import { type SinkApi, type SinkStream, sdkSinkApi } from './sink-api.ts'
import { StreamInlet } from './stream-inlet.ts'

/** What may be on its way, or kept for the next checkpoint and on its way from the last one. */
const roomBytes = { immediate: 32 * 2 ** 20, checkpointed: 64 * 2 ** 20 }

/** What of the options counts here, with nothing left to decide. */
export interface SinkPlan<T> extends Pick<KinesisSinkOptions<T>, 'partitionKey' | 'explicitHashKey'> {
  readonly encode: (row: T) => Uint8Array | string
  readonly aggregates: boolean
  readonly ordered: boolean
  readonly delivery: SinkDelivery
}

/** Connects to the stream of a sink. */
export function openKinesisSink<T>(
  options: Pick<KinesisSinkOptions<T>, 'stream' | 'pace' | keyof Connection>,
  plan: SinkPlan<T>,
  context: SinkContext,
  restored: Snapshot | undefined,
): Promise<SinkWriter<T>> {
  const { client, loopback, place, close } = connect(overridden(options, context.overrides), options.stream)
  const paced = (options.pace ?? (loopback ? 'none' : 'aws')) === 'aws'
  return openSink(plan, { api: sdkSinkApi(client, options.stream, close), place, paced, context }, restored)
}

/** What a sink is opened with. */
export interface SinkSurroundings {
  readonly api: SinkApi
  readonly place: StreamPlace
  readonly paced: boolean
  readonly context: SinkContext
}

/** Everything of {@link openKinesisSink} that does not depend on how Kinesis is reached. */
export async function openSink<T>(
  plan: SinkPlan<T>,
  around: SinkSurroundings,
  restored: Snapshot | undefined,
): Promise<SinkWriter<T>> {
  const { api, context } = around
  const failure = (error: unknown) => sinkError(error, around.place)
  try {
    const outbox = new Outbox(restored)
    const calls = callsOf(around)
    const stream = await existingStream((signal) => api.describe(signal), calls.how)
    refuseUnplaced(plan, stream)
    const shards = await calls.listShards(startPatienceMs)
    const inlet = inletOf(plan, around, { ...calls, failure, outbox, stream, shards })
    if (plan.delivery === 'immediate') return new ImmediateWriter(inlet)
    const { job, lineage, name, clock, random } = context
    const producer = producerOf(job, lineage, name, clock.now(), random(), random())
    return new CheckpointedWriter(inlet, new ChunkWriter(producer), context.requestCheckpoint)
  } catch (error) {
    api.close()
    throw failure(error)
  }
}

interface Opened extends ReturnType<typeof callsOf> {
  readonly failure: (error: unknown) => MillraceError
  readonly outbox: Outbox
  readonly stream: SinkStream
  readonly shards: OpenShards
}

function inletOf<T>(plan: SinkPlan<T>, around: SinkSurroundings, opened: Opened): StreamInlet<T> {
  const room = new ByteRoom(roomBytes[plan.delivery])
  const limits = {
    maxRecordBytes: opened.stream.maxRecordBytes,
    aggregated: plan.delivery === 'checkpointed',
  }
  return new StreamInlet({
    recordOf: (row) => rowRecord(row, plan, limits),
    delivery: deliveryOf(plan, around, opened, room),
    room,
    outbox: opened.outbox,
    close: () => {
      opened.closing.abort()
      around.api.close()
    },
  })
}

function deliveryOf(
  plan: Pick<SinkPlan<never>, 'aggregates' | 'ordered'>,
  { api, paced, context }: SinkSurroundings,
  { how, stream, shards, listShards, failure }: Opened,
  room: ByteRoom,
): Delivery {
  const { aggregates, ordered } = plan
  const { placedByHashKey } = stream
  return new Delivery({
    api,
    listShards: async () => {
      refuseUnplaced(plan, await persist((signal) => api.describe(signal), { ...how, patienceMs }))
      return listShards(patienceMs)
    },
    shards,
    placedByHashKey,
    rules: { aggregates, ordered, paced: paced && placedByHashKey },
    ...how,
    // What has an id came from a chunk, which is given up as a whole.
    onArrived: ({ id, heldBytes }) => {
      if (id === undefined) room.give(heldBytes)
    },
    onAstray: (records) => context.count('recordsAstray', records),
    failure: (error) => {
      const located = failure(error)
      room.fail(located)
      return located
    },
  })
}

/** How the sink calls Kinesis outside of puts. */
function callsOf({ api, context }: SinkSurroundings) {
  const { name, clock, random, log } = context
  const closing = new AbortController()
  const count = (counter: string, _shard?: string, by?: number) => context.count(counter, by)
  const onRetry = new RetryReport({ name, clock, log, count }, undefined, 'sink').retried
  const how = { clock, random, signal: closing.signal, onRetry }
  const listShards = async (patience: number) =>
    new OpenShards(await listOpenShards(api, (call) => persist(call, { ...how, patienceMs: patience }), how))
  return { closing, how, listShards }
}

/** Amazon's own consumer library drops aggregated records whose shard is not that of their hash keys. */
function refuseUnplaced(plan: Pick<SinkPlan<never>, 'aggregates'>, stream: SinkStream): void {
  if (!plan.aggregates || stream.placedByHashKey) return
  throw new MillraceError(
    'OPTION_INVALID',
    'the stream distributes records by itself (AUTO): consumers drop aggregated records in it, so the sink must put plain ones',
  )
}

function sinkError(error: unknown, place: StreamPlace): MillraceError {
  const located = serviceError(error, place).at({ stream: place.stream })
  if (!located.code.startsWith('SOURCE_')) return located
  const { happened, where, cause } = located
  return new MillraceError('SINK_FAILED', happened, { where, cause })
}
