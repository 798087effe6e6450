import { allHashKeys } from '../../../../connectors/kinesis/hash-range.ts'
import type { ListedShard } from '../../../../connectors/kinesis/kinesis-api.ts'
import { openAggregate } from '../../../../connectors/kinesis/kpl/aggregated-record.ts'
import { explicitHashKey, hashKeyOf, inRange } from '../../../../connectors/kinesis/kpl/hash-key.ts'
import { type RecordId, RecordIds } from '../../../../connectors/kinesis/kpl/record-id.ts'
import type {
  PutAnswer,
  PutEntry,
  SinkApi,
  SinkStream,
} from '../../../../connectors/kinesis/sink/sink-api.ts'
import { serviceFault } from '../scripted-kinesis.ts'

interface Shard extends ListedShard {
  open: boolean
  /** How many shards were there when it was created and closed: the order of all that happens. */
  readonly entries: PutEntry[]
}

/** A user record as a consumer sees it. */
export interface Consumed {
  readonly partitionKey: string
  readonly text: string
  readonly id: RecordId | undefined
}

/** What a test does to a call: refuses entries, throws before they are stored, or after. */
export interface Faults {
  readonly refuse?: (entry: PutEntry, call: number) => string | undefined
  readonly before?: (call: number) => void
  readonly after?: (call: number) => void
}

/** A stream in memory that takes puts as Kinesis does, can be split and merged, and is told to fail. */
export class ScriptedStream implements SinkApi {
  readonly shards: Shard[] = []
  readonly calls: (readonly PutEntry[])[] = []
  stream: SinkStream = { status: 'ACTIVE', maxRecordBytes: 2 ** 20, placedByHashKey: true }
  faults: Faults = {}
  /** What a listing shows, if it is behind. */
  listed: readonly ListedShard[] | undefined
  listings = 0
  closed = false

  constructor(shards = 1) {
    const width = 2n ** 128n / BigInt(shards)
    for (let i = 0n; i < BigInt(shards); i++) {
      const end = i === BigInt(shards) - 1n ? allHashKeys.end : String((i + 1n) * width - 1n)
      this.#create([], String(i * width), end)
    }
  }

  get open(): Shard[] {
    return this.shards.filter(({ open }) => open)
  }

  split(shard: Shard): void {
    shard.open = false
    const [start, end] = [BigInt(shard.range.start), BigInt(shard.range.end)]
    const middle = (start + end) / 2n
    this.#create([shard.id], String(start), String(middle))
    this.#create([shard.id], String(middle + 1n), String(end))
  }

  merge(lower: Shard, upper: Shard): void {
    lower.open = false
    upper.open = false
    this.#create([lower.id, upper.id], lower.range.start, upper.range.end)
  }

  /** Splits or merges some shard. */
  reshard(pick: number): void {
    const open = this.open.sort((a, b) => (BigInt(a.range.start) < BigInt(b.range.start) ? -1 : 1))
    const at = pick % open.length
    if (open.length < 8 && (pick % 2 === 0 || at === 0)) this.split(open[at]!)
    else if (at > 0) this.merge(open[at - 1]!, open[at]!)
  }

  async describe(): Promise<SinkStream> {
    return this.stream
  }

  async listShards() {
    this.listings++
    return { shards: this.listed ?? this.open, next: undefined }
  }

  async put(entries: readonly PutEntry[]): Promise<readonly PutAnswer[]> {
    const call = this.calls.push(entries)
    const weights = entries.map(({ data, partitionKey }) => data.length + Buffer.byteLength(partitionKey))
    const sizeBytes = weights.reduce((sum, weight) => sum + weight, 0)
    if (entries.length > 500 || sizeBytes > 10 * 2 ** 20 || Math.max(...weights) > this.stream.maxRecordBytes)
      throw serviceFault('InvalidArgumentException')
    this.faults.before?.(call)
    const answers = entries.map((entry) => {
      const refused = this.faults.refuse?.(entry, call)
      if (refused !== undefined) return { refused, message: 'no' }
      const shard = this.#shardOf(entry)
      shard.entries.push(entry)
      return { shard: shard.id }
    })
    this.faults.after?.(call)
    return answers
  }

  close(): void {
    this.closed = true
  }

  /**
   * What a consumer by the rules of the KCL sees: of each shard after its parents, and no aggregated record that has a
   * record of another shard.
   */
  consumed(): Consumed[] {
    return this.shards.flatMap(({ entries, range }) => {
      const within = inRange(range)
      return entries.flatMap(({ data, partitionKey }) => {
        const aggregate = openAggregate(data)
        if (aggregate === undefined) return [{ partitionKey, text: textOf(data), id: undefined }]
        if (!aggregate.everyHashKey(within)) return []
        const ids = new RecordIds(aggregate)
        return Array.from({ length: aggregate.size }, (_, index) => ({
          partitionKey: aggregate.partitionKey(index),
          text: textOf(aggregate.data(index)),
          id: ids.at(index),
        }))
      })
    })
  }

  #shardOf({ partitionKey, explicitHashKey: explicit }: PutEntry): Shard {
    const key = explicit === undefined ? hashKeyOf(partitionKey) : explicitHashKey(Buffer.from(explicit))!
    return this.open.find(({ range }) => inRange(range)(key))!
  }

  #create(parents: string[], start: string, end: string): void {
    const id = `shardId-${String(this.shards.length).padStart(12, '0')}`
    this.shards.push({ id, parents, range: { start, end }, open: true, entries: [] })
  }
}

function textOf(data: Uint8Array): string {
  return Buffer.from(data).toString()
}
