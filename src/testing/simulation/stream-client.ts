import type { KinesisClient } from '@aws-sdk/client-kinesis'
import type { Call, FaultKind } from './fault.ts'
import { kinesisFailure, serviceFault } from './kinesis-errors.ts'
import type { Page, ReadingWatch } from './page.ts'
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

/** What Kinesis answers, and which records of which shard are in it. */
interface Answer {
  readonly output: object
  readonly shard?: string
  readonly page?: Page
}

/** A subscription that was accepted. */
interface Opened {
  readonly shard: SimulatedShard
  /** Tells it from others to the shard. */
  readonly number: number
  /** The place of the record that it begins with. */
  readonly at: number
  readonly acceptedAt: number
}

const shardsPerPage = 2
/** Of how long iterators and subscriptions last, and of the retention: nothing that is under way outlives what it stands at. */
const longestMs = 300_000
const shareOfRetention = 0.25
const staleMs = 60_000
const heartbeatMs = 5_000

/**
 * A client of the AWS SDK as far as reading needs one: each command is a call of a process to a simulated stream.
 *
 * @param slownessMs How long answers take that may bring records, besides. Default: not at all.
 */
export function streamClient(
  stream: SimulatedStream,
  process: SimulatedProcess,
  watch: ReadingWatch,
  slownessMs?: number,
): KinesisClient {
  const service = new StreamService(stream, process, watch, slownessMs)
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
  readonly #watch: ReadingWatch
  readonly #lastsMs: number
  readonly #slownessMs: number

  constructor(stream: SimulatedStream, process: SimulatedProcess, watch: ReadingWatch, slownessMs = 0) {
    this.#slownessMs = slownessMs
    this.#stream = stream
    this.#process = process
    this.#watch = watch
    this.#lastsMs = Math.min(longestMs, shareOfRetention * stream.retentionMs)
  }

  async send(operation: string, input: Input, signal?: AbortSignal): Promise<object> {
    if (operation === 'SubscribeToShard') return this.#subscribe(input, signal)
    const act = this.#operations[operation]
    if (act === undefined) throw new Error(`the simulated Kinesis has no ${operation}`)
    const detail = input.ShardIterator ?? input.ShardId ?? input.NextToken ?? this.#stream.name
    const call = { service: 'kinesis', operation, detail, writes: false } as const
    const answer = (fault: FaultKind | undefined) => ({ ...act(input, fault), serverTime: this.#stream.now })
    if (operation === 'GetRecords') await this.#slowly(signal)
    const { output, shard, page, serverTime } = await this.#call(call, answer, signal)
    if (page !== undefined) this.#watch.received(this.#process.name, shard!, page)
    return { ...output, $metadata: { serverTime } }
  }

  /** Pages are small, and of different sizes. */
  #recordsPerPage({ id }: SimulatedShard): number {
    return this.#slownessMs > 0 ? 1 : 1 + (Number(id.slice(-3)) % 5) * 2
  }

  async #slowly(signal: AbortSignal | undefined): Promise<void> {
    if (this.#slownessMs > 0) await this.#process.clock.sleep(this.#slownessMs, signal)
  }

  #call<T>(call: Call, act: (fault?: FaultKind) => T, signal: AbortSignal | undefined): Promise<T> {
    return this.#process.call(call, act, kinesisFailure, signal)
  }

  readonly #operations: Readonly<
    Record<string, ((input: Input, fault: FaultKind | undefined) => Answer) | undefined>
  > = {
    DescribeStreamSummary: () => ({
      output: {
        StreamDescriptionSummary: {
          StreamARN: this.#stream.arn,
          StreamCreationTimestamp: new Date(this.#stream.createdAt),
          StreamStatus: 'ACTIVE',
          RetentionPeriodHours: this.#stream.retentionMs / 3_600_000,
        },
      },
    }),
    ListShards: ({ NextToken }, fault) => {
      const [from = 0, asOf = this.#stream.now - (fault === 'stale listing' ? staleMs : 0)] =
        NextToken?.split(' ').map(Number) ?? []
      return { output: this.#list(from, asOf) }
    },
    GetShardIterator: (input) => {
      const shard = this.#shard(input.ShardId!)
      const type = input.ShardIteratorType!
      this.#watch.begins(this.#process.name, shard.id, type)
      const place = this.#placeOf(shard, type, input.StartingSequenceNumber)
      return { output: { ShardIterator: this.#iterator(shard, place) } }
    },
    GetRecords: ({ ShardIterator }, fault) => this.#records(ShardIterator!, fault === 'empty answer'),
    RegisterStreamConsumer: ({ ConsumerName }) => ({ output: { Consumer: this.#consumer(ConsumerName!) } }),
    DescribeStreamConsumer: ({ ConsumerName }) => ({
      output: { ConsumerDescription: this.#consumer(ConsumerName!) },
    }),
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

  #records(iterator: string, empty: boolean): Answer {
    const [id = '', at = '', issuedAt = ''] = iterator.split(' ')
    if (this.#stream.now - Number(issuedAt) > this.#lastsMs)
      throw serviceFault('ExpiredIteratorException', 400)
    const shard = this.#shard(id)
    const { page, output } = pageOf(this.#stream, shard, Number(at), empty ? 0 : this.#recordsPerPage(shard))
    const NextShardIterator = page.ended ? undefined : this.#iterator(shard, page.next)
    return { output: { ...output, NextShardIterator }, shard: id, page }
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
      (): Opened => {
        const shard = this.#shard(input.ShardId!)
        this.#watch.begins(this.#process.name, shard.id, Type)
        const number = (this.#stream.subscriptions.get(shard.id) ?? 0) + 1
        this.#stream.subscriptions.set(shard.id, number)
        const at = this.#placeOf(shard, Type, SequenceNumber)
        return { shard, number, at, acceptedAt: this.#stream.now }
      },
      signal,
    )
    const EventStream = this.#events(opened, signal)
    return { EventStream, $metadata: { serverTime: opened.acceptedAt } }
  }

  async *#events(opened: Opened, signal: AbortSignal | undefined) {
    const { shard, number, acceptedAt } = opened
    const endsAt = this.#stream.now + this.#lastsMs
    for (let at = opened.at; this.#stream.now < endsAt; ) {
      if (at === shard.records.length && shard.closedAt === undefined)
        await this.#process.clock.sleep(heartbeatMs / 10, signal)
      const call = {
        service: 'kinesis',
        operation: 'event',
        detail: `${shard.id} ${at}`,
        writes: false,
      } as const
      await this.#slowly(signal)
      // Another subscription of the consumer to the shard ends this one.
      const given = await this.#call(
        call,
        () =>
          this.#stream.subscriptions.get(shard.id) === number && this.#stream.now < endsAt
            ? pageOf(this.#stream, shard, at, this.#recordsPerPage(shard))
            : undefined,
        signal,
      )
      // Nobody waits any more for what a subscription brings that has been given up.
      if (given === undefined || signal?.aborted) return
      const { page, output } = given
      // An event does not say when it was sent.
      this.#watch.received(this.#process.name, shard.id, { ...page, surelyAfter: acceptedAt })
      const continuation = shard.records[page.next - 1]?.sequenceNumber ?? shard.startingSequenceNumber
      const ContinuationSequenceNumber = page.ended ? undefined : continuation
      yield { SubscribeToShardEvent: { ...output, ContinuationSequenceNumber } }
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

/** What a read brings that stands at the `from`-th record. */
function pageOf(
  stream: SimulatedStream,
  shard: SimulatedShard,
  from: number,
  most: number,
): { readonly page: Page; readonly output: object } {
  const at = Math.max(from, stream.expiredOf(shard))
  const records = shard.records.slice(at, at + most)
  const next = at + records.length
  const following = shard.records[next]
  const ended = shard.closedAt !== undefined && following === undefined
  return {
    page: {
      at,
      next,
      caughtUp: following === undefined,
      ended,
      givenAt: stream.now,
      surelyAfter: stream.now,
    },
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
