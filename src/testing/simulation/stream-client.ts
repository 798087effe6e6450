import type { KinesisClient } from '@aws-sdk/client-kinesis'
import type { Call, FaultKind } from './fault.ts'
import { kinesisFailure, serviceFault } from './kinesis-errors.ts'
import type { ReadingChecks } from './reading-checks.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { SimulatedShard, SimulatedStream } from './simulated-stream.ts'

interface Input {
  readonly NextToken?: string
  readonly ShardId?: string
  readonly ShardIterator?: string
  readonly ShardIteratorType?: string
  readonly StartingSequenceNumber?: string
  readonly StartingPosition?: { readonly Type: string; readonly SequenceNumber?: string }
  readonly ConsumerName?: string
}

interface Command {
  readonly constructor: { readonly name: string }
  readonly input: Input
}

const shardsPerPage = 2
/** Of how long iterators and subscriptions last, and of the retention: nothing that is under way outlives what it stands at. */
const longestMs = 300_000
const shareOfRetention = 0.25
const staleMs = 60_000
const heartbeatMs = 5_000

/** A client of the AWS SDK as far as reading needs one: each command is a call of a process to a simulated stream. */
export function streamClient(
  stream: SimulatedStream,
  process: SimulatedProcess,
  checks: ReadingChecks,
): KinesisClient {
  const service = new StreamService(stream, process, checks)
  const client = {
    send: (command: Command, options: { readonly abortSignal?: AbortSignal } = {}) =>
      service.send(command.constructor.name.replace(/Command$/, ''), command.input, options.abortSignal),
    middlewareStack: { add: () => {} },
    destroy: () => {},
  }
  return client as unknown as KinesisClient
}

class StreamService {
  readonly #stream: SimulatedStream
  readonly #process: SimulatedProcess
  readonly #checks: ReadingChecks
  readonly #lastsMs: number

  constructor(stream: SimulatedStream, process: SimulatedProcess, checks: ReadingChecks) {
    this.#stream = stream
    this.#process = process
    this.#checks = checks
    this.#lastsMs = Math.min(longestMs, shareOfRetention * stream.retentionMs)
  }

  async send(operation: string, input: Input, signal?: AbortSignal): Promise<object> {
    if (operation === 'SubscribeToShard') return this.#subscribe(input, signal)
    const act = this.#operations[operation]
    if (act === undefined) throw new Error(`the simulated Kinesis has no ${operation}`)
    const detail = input.ShardIterator ?? input.ShardId ?? input.NextToken ?? this.#stream.name
    const call = { service: 'kinesis', operation, detail, writes: false } as const
    const happen = (fault?: FaultKind) => ({
      ...act(input, fault),
      $metadata: { serverTime: this.#stream.now },
    })
    const output = await this.#call(call, happen, signal)
    if (operation === 'GetRecords') this.#checks.received(this.#process.name, detail, output)
    return output
  }

  #call<T>(call: Call, act: (fault?: FaultKind) => T, signal: AbortSignal | undefined): Promise<T> {
    return this.#process.call(call, act, kinesisFailure, signal)
  }

  readonly #operations: Readonly<
    Record<string, ((input: Input, fault: FaultKind | undefined) => object) | undefined>
  > = {
    DescribeStreamSummary: () => ({
      StreamDescriptionSummary: {
        StreamARN: this.#stream.arn,
        StreamCreationTimestamp: new Date(this.#stream.createdAt),
        StreamStatus: 'ACTIVE',
        RetentionPeriodHours: this.#stream.retentionMs / 3_600_000,
      },
    }),
    ListShards: ({ NextToken }, fault) => {
      const [from = 0, asOf = this.#stream.now - (fault === 'stale listing' ? staleMs : 0)] =
        NextToken?.split(' ').map(Number) ?? []
      return this.#list(from, asOf)
    },
    GetShardIterator: (input) => {
      const shard = this.#shard(input.ShardId!)
      const type = input.ShardIteratorType!
      this.#checks.begins(this.#process.name, shard, type)
      return {
        ShardIterator: this.#iterator(shard, this.#placeOf(shard, type, input.StartingSequenceNumber)),
      }
    },
    GetRecords: ({ ShardIterator }, fault) => this.#records(ShardIterator!, fault === 'empty answer'),
    RegisterStreamConsumer: ({ ConsumerName }) => ({ Consumer: this.#consumer(ConsumerName!) }),
    DescribeStreamConsumer: ({ ConsumerName }) => ({ ConsumerDescription: this.#consumer(ConsumerName!) }),
  }

  #consumer(name: string): object {
    return {
      ConsumerName: name,
      ConsumerARN: `${this.#stream.arn}/consumer/${name}`,
      ConsumerStatus: 'ACTIVE',
      ConsumerCreationTimestamp: new Date(this.#stream.createdAt),
    }
  }

  /** All pages of a listing show what was there at one time. */
  #list(from: number, asOf: number): object {
    const listed = [...this.#stream.shards.values()].filter(
      (shard) => shard.listedFrom <= asOf && !this.#stream.isGone(shard, asOf),
    )
    const to = from + shardsPerPage
    return {
      Shards: listed.slice(from, to).map((shard) => ({
        ShardId: shard.id,
        ParentShardId: shard.parents[0],
        AdjacentParentShardId: shard.parents[1],
        HashKeyRange: rangeOf(shard),
        SequenceNumberRange: { StartingSequenceNumber: shard.startingSequenceNumber },
      })),
      ...(to < listed.length && { NextToken: `${to} ${asOf}` }),
    }
  }

  #records(iterator: string, empty: boolean): object {
    const [id = '', at = '', issuedAt = ''] = iterator.split(' ')
    if (this.#stream.now - Number(issuedAt) > this.#lastsMs)
      throw serviceFault('ExpiredIteratorException', 400)
    const shard = this.#shard(id)
    const page = pageOf(this.#stream, shard, Number(at), empty ? 0 : recordsPerPage(shard))
    return { ...page.output, NextShardIterator: page.ended ? undefined : this.#iterator(shard, page.next) }
  }

  async #subscribe(input: Input, signal: AbortSignal | undefined): Promise<object> {
    const { Type, SequenceNumber } = input.StartingPosition!
    const call = {
      service: 'kinesis',
      operation: 'SubscribeToShard',
      detail: input.ShardId!,
      writes: false,
    } as const
    const opened = await this.#call(
      call,
      () => {
        const shard = this.#shard(input.ShardId!)
        this.#checks.begins(this.#process.name, shard, Type)
        const number = (this.#stream.subscriptions.get(shard.id) ?? 0) + 1
        this.#stream.subscriptions.set(shard.id, number)
        return { shard, number, at: this.#placeOf(shard, Type, SequenceNumber), serverTime: this.#stream.now }
      },
      signal,
    )
    const EventStream = this.#events(opened.shard, opened.at, opened.number, signal)
    return { EventStream, $metadata: { serverTime: opened.serverTime } }
  }

  async *#events(shard: SimulatedShard, from: number, number: number, signal: AbortSignal | undefined) {
    const endsAt = this.#stream.now + this.#lastsMs
    for (let at = from; this.#stream.now < endsAt; ) {
      if (at === shard.records.length && shard.closedAt === undefined)
        await this.#process.clock.sleep(heartbeatMs / 10, signal)
      const call = {
        service: 'kinesis',
        operation: 'event',
        detail: `${shard.id} ${at}`,
        writes: false,
      } as const
      // Another subscription of the consumer to the shard ends this one.
      const page = await this.#call(
        call,
        () =>
          this.#stream.subscriptions.get(shard.id) === number && this.#stream.now < endsAt
            ? pageOf(this.#stream, shard, at, recordsPerPage(shard))
            : undefined,
        signal,
      )
      if (page === undefined) return
      const continuation = shard.records[page.next - 1]?.sequenceNumber ?? shard.startingSequenceNumber
      const ContinuationSequenceNumber = page.ended ? undefined : continuation
      if (page.ended) this.#checks.ended(this.#process.name, shard.id)
      yield { SubscribeToShardEvent: { ...page.output, ContinuationSequenceNumber } }
      if (page.ended) return
      at = page.next
    }
  }

  #shard(id: string): SimulatedShard {
    const shard = this.#stream.shards.get(id)
    if (shard === undefined || this.#stream.isGone(shard))
      throw serviceFault('ResourceNotFoundException', 400, `Shard ${id} does not exist`)
    return shard
  }

  #iterator(shard: SimulatedShard, at: number): string {
    return `${shard.id} ${at} ${this.#stream.now}`
  }

  #placeOf(shard: SimulatedShard, type: string, sequenceNumber = '0'): number {
    if (type === 'TRIM_HORIZON') return 0
    const from = BigInt(sequenceNumber)
    const isFrom = (other: bigint) => (type === 'AT_SEQUENCE_NUMBER' ? other >= from : other > from)
    const place = shard.records.findIndex((record) => isFrom(BigInt(record.sequenceNumber)))
    return place < 0 ? shard.records.length : place
  }
}

/** Pages are small, and of different sizes. */
function recordsPerPage(shard: SimulatedShard): number {
  return 1 + (Number(shard.id.slice(-3)) % 5) * 2
}

/** What a read brings that stands at the `at`-th record. */
function pageOf(stream: SimulatedStream, shard: SimulatedShard, from: number, most: number) {
  const at = Math.max(from, stream.expiredOf(shard))
  const records = shard.records.slice(at, at + most)
  const next = at + records.length
  const following = shard.records[next]
  const ended = shard.closedAt !== undefined && following === undefined
  return {
    next,
    ended,
    output: {
      Records: records.map((record) => ({
        SequenceNumber: record.sequenceNumber,
        ApproximateArrivalTimestamp: new Date(record.arrivalTime),
        PartitionKey: record.partitionKey,
        Data: record.data,
      })),
      MillisBehindLatest: following === undefined ? 0 : Math.max(1, stream.now - following.arrivalTime),
      ChildShards: ended
        ? stream.childrenOf(shard.id).map((child) => ({
            ShardId: child.id,
            ParentShards: child.parents,
            HashKeyRange: rangeOf(child),
          }))
        : undefined,
    },
  }
}

function rangeOf({ start, end }: SimulatedShard): { StartingHashKey: string; EndingHashKey: string } {
  return { StartingHashKey: String(start), EndingHashKey: String(end) }
}
