import type { HashRange } from '../../../connectors/kinesis/hash-range.ts'
import { allHashKeys } from '../../../connectors/kinesis/hash-range.ts'
import type {
  KinesisApi,
  ListedShard,
  RecordsPage,
  ShardFilter,
  StoredRecord,
  StreamFacts,
} from '../../../connectors/kinesis/kinesis-api.ts'
import type { IteratorStart } from '../../../connectors/kinesis/starting-position.ts'
import type { ManualClock } from './manual-clock.ts'

interface Shard extends ListedShard {
  readonly createdAt: number
  closedAt: number | undefined
  records: StoredRecord[]
}

type Operation = 'describeStream' | 'listShards' | 'shardIterator' | 'records'

/** An error as the AWS SDK throws it. */
export function serviceFault(name: string, httpStatusCode = 400, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })
}

/** An error as the network throws it. */
export function networkFault(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** A stream in memory that can be split, merged, trimmed, and told to fail. */
export class ScriptedKinesis implements KinesisApi {
  readonly shards = new Map<string, Shard>()
  readonly calls: string[] = []
  readonly #clock: ManualClock
  readonly #faults: { readonly operation: Operation; readonly error: Error; left: number }[] = []
  facts: Omit<StreamFacts, 'serverTime'>
  /** Records a page holds at most. */
  pageSize = 100
  shardsPerListing = 100
  /** Whether the end of a shard names its children. */
  namesChildren = true
  /** How many pages without a record come before the one that ends a closed shard. */
  emptyPagesBeforeEnd = 0
  #counter = 0
  closed = false

  constructor(clock: ManualClock, shards = 1) {
    this.#clock = clock
    this.facts = {
      arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
      createdAt: clock.now(),
      status: 'ACTIVE',
      retentionMs: 24 * 3_600_000,
      placedByHashKey: true,
    }
    const width = 2n ** 128n / BigInt(shards)
    for (let i = 0n; i < BigInt(shards); i++) {
      const end = i === BigInt(shards) - 1n ? allHashKeys.end : String((i + 1n) * width - 1n)
      this.#create([], { start: String(i * width), end })
    }
  }

  fail(operation: Operation, error: Error, times = 1): void {
    this.#faults.push({ operation, error, left: times })
  }

  put(shard: string, ...texts: string[]): StoredRecord[] {
    return texts.map((text) => this.putBytes(shard, Buffer.from(text), text))
  }

  putBytes(shard: string, data: Uint8Array, partitionKey?: string): StoredRecord {
    const record = {
      sequenceNumber: this.#sequenceNumber(),
      arrivalTime: this.#clock.now(),
      partitionKey,
      data,
    }
    this.shards.get(shard)!.records.push(record)
    return record
  }

  split(shard: string): [string, string] {
    const parent = this.#close(shard)
    const [start, end] = [BigInt(parent.range.start), BigInt(parent.range.end)]
    const middle = (start + end) / 2n
    return [
      this.#create([shard], { start: String(start), end: String(middle) }),
      this.#create([shard], { start: String(middle + 1n), end: String(end) }),
    ]
  }

  merge(a: string, b: string): string {
    const [lower, upper] = [this.#close(a), this.#close(b)]
    return this.#create([a, b], { start: lower.range.start, end: upper.range.end })
  }

  /** Expires what arrived before a time, and closed shards that ended before it. */
  trim(before: number): void {
    for (const [id, shard] of this.shards) {
      shard.records = shard.records.filter(({ arrivalTime }) => arrivalTime >= before)
      if (shard.closedAt !== undefined && shard.closedAt < before) this.shards.delete(id)
    }
  }

  async describeStream(): Promise<StreamFacts> {
    this.#call('describeStream')
    return { ...this.facts, serverTime: this.#clock.now() }
  }

  async listShards(page: { readonly filter: ShardFilter } | { readonly next: string }) {
    this.#call('listShards')
    const { filter, from } =
      'filter' in page
        ? { filter: page.filter, from: 0 }
        : (JSON.parse(page.next) as { filter: ShardFilter; from: number })
    const all = [...this.shards.values()].filter(
      (shard) =>
        filter === 'retained' || openAt(shard, filter === 'open' ? this.#clock.now() : filter.openAt),
    )
    const to = from + this.shardsPerListing
    return {
      shards: all.slice(from, to).map(({ id, parents, range }) => ({ id, parents, range })),
      next: to < all.length ? JSON.stringify({ filter, from: to }) : undefined,
    }
  }

  async shardIterator(shard: string, start: IteratorStart): Promise<string> {
    this.#call('shardIterator', `${shard} ${JSON.stringify(start)}`)
    if (!this.shards.has(shard))
      throw serviceFault('ResourceNotFoundException', 400, `Shard ${shard} does not exist`)
    return this.#iterator(shard, start)
  }

  async records(iterator: string): Promise<RecordsPage> {
    this.#call('records', iterator)
    const {
      shard: id,
      start,
      at,
    } = JSON.parse(iterator) as { shard: string; start: IteratorStart; at: number }
    if (this.#clock.now() - at > 300_000) throw serviceFault('ExpiredIteratorException')
    const shard = this.shards.get(id)
    if (shard === undefined)
      throw serviceFault('ResourceNotFoundException', 400, `Shard ${id} does not exist`)
    const left = shard.records.filter((record) => isFrom(record, start))
    const records = left.slice(0, this.pageSize)
    const atEnd = shard.closedAt !== undefined && left.length === records.length
    const lingers = atEnd && left.length === 0 && this.emptyPagesBeforeEnd-- > 0
    const ended = atEnd && !lingers
    const last = records.at(-1)
    return {
      records,
      nextIterator: ended
        ? undefined
        : this.#iterator(id, last ? { kind: 'after', sequenceNumber: last.sequenceNumber } : start),
      behindMs:
        left.length > records.length ? Math.max(1, this.#clock.now() - left[records.length]!.arrivalTime) : 0,
      children: ended && this.namesChildren ? this.#childrenOf(id) : [],
      sizeBytes: records.reduce((sum, { data }) => sum + data.length, 0),
      serverTime: this.#clock.now(),
    }
  }

  /** A number after all records that there are, and before all that will be. */
  mark(): string {
    return this.#sequenceNumber()
  }

  /** What a reader finds that stands somewhere in a shard. */
  look(id: string, start: IteratorStart): { left: StoredRecord[]; ended: boolean; children: ListedShard[] } {
    const shard = this.shards.get(id)
    if (shard === undefined)
      throw serviceFault('ResourceNotFoundException', 400, `Shard ${id} does not exist`)
    const left = shard.records.filter((record) => isFrom(record, start))
    return { left, ended: shard.closedAt !== undefined, children: this.#childrenOf(id) }
  }

  close(): void {
    this.closed = true
  }

  #call(operation: Operation, detail = ''): void {
    this.calls.push(`${operation} ${detail}`.trim())
    const fault = this.#faults.find((candidate) => candidate.operation === operation && candidate.left > 0)
    if (fault === undefined) return
    fault.left--
    throw fault.error
  }

  #iterator(shard: string, start: IteratorStart): string {
    return JSON.stringify({ shard, start, at: this.#clock.now() })
  }

  #childrenOf(id: string): ListedShard[] {
    return [...this.shards.values()].filter(({ parents }) => parents.includes(id))
  }

  #close(id: string): Shard {
    const shard = this.shards.get(id)!
    shard.closedAt = this.#clock.now()
    return shard
  }

  #created = 0
  #create(parents: string[], range: HashRange): string {
    const id = `shardId-${String(this.#created++).padStart(12, '0')}`
    this.shards.set(id, {
      id,
      parents,
      range,
      createdAt: this.#clock.now(),
      closedAt: undefined,
      records: [],
    })
    return id
  }

  /** A number of version 2, which tells its time. */
  #sequenceNumber(): string {
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
    const seconds = Math.floor(this.#clock.now() / 1000)
    const text = `2${hex(0x20000000, 9)}0${hex(++this.#counter, 16)}00${hex(seconds, 9)}${hex(0, 8)}2`
    return BigInt(`0x${text}`).toString()
  }
}

function openAt({ createdAt, closedAt }: Shard, time: number): boolean {
  return createdAt <= time && (closedAt === undefined || closedAt >= time)
}

function isFrom(record: StoredRecord, start: IteratorStart): boolean {
  if (start.kind === 'trim-horizon') return true
  if (start.kind === 'timestamp') return record.arrivalTime >= start.ms
  const [own, other] = [BigInt(record.sequenceNumber), BigInt(start.sequenceNumber)]
  return start.kind === 'at' ? own >= other : own > other
}
