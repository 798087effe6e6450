import type { ShardFilterType } from '@aws-sdk/client-kinesis'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import type { Clock } from '../../../src/contract/clock.ts'
import { systemClock } from '../../../src/contract/system.ts'
import { put, type RawShard, shardId, shardsOf, succeed } from '../kinesis-local/raw-call.ts'

const half = (shard: RawShard) => {
  const { StartingHashKey, EndingHashKey } = shard.HashKeyRange
  return (BigInt(StartingHashKey) + BigInt(EndingHashKey) + 1n) / 2n
}

/** One stream of an embedded Kinesis, whose clock moves only when the test says so. */
export class EmbeddedStream {
  readonly name: string
  readonly kinesis: LocalKinesis
  readonly #time: { now: number }

  static async start(shards: number, name = 'orders'): Promise<EmbeddedStream> {
    const time = { now: Date.UTC(2026, 0, 1) }
    const kinesis = await startLocalKinesis({ clock: { now: () => time.now } })
    const stream = new EmbeddedStream(name, kinesis, time)
    await stream.call('CreateStream', { ShardCount: shards })
    return stream
  }

  private constructor(name: string, kinesis: LocalKinesis, time: { now: number }) {
    this.name = name
    this.kinesis = kinesis
    this.#time = time
  }

  get now(): number {
    return this.#time.now
  }

  set now(ms: number) {
    this.#time.now = ms
  }

  /** The clock for who reads the stream: the server's time, and short waits as they are. */
  get clock(): Clock {
    return { now: () => this.now, sleep: systemClock.sleep }
  }

  call<T = Record<string, unknown>>(operation: string, more: object = {}): Promise<T> {
    return succeed<T>(this.kinesis.endpoint, operation, { StreamName: this.name, ...more })
  }

  /** The partition key is what comes before the first space. */
  put(...texts: string[]): Promise<{ ShardId: string; SequenceNumber: string }[]> {
    return put(this.kinesis.endpoint, this.name, texts, (text) => text.split(' ')[0]!)
  }

  async split(shard: number): Promise<void> {
    const { [shard]: parent } = await this.byIndex()
    await this.call('SplitShard', { ShardToSplit: shardId(shard), NewStartingHashKey: String(half(parent!)) })
  }

  async merge(lower: number, upper: number): Promise<void> {
    await this.call('MergeShards', { ShardToMerge: shardId(lower), AdjacentShardToMerge: shardId(upper) })
  }

  async scale(TargetShardCount: number): Promise<void> {
    await this.call('UpdateShardCount', { TargetShardCount, ScalingType: 'UNIFORM_SCALING' })
  }

  /** In the order of their hash keys. */
  async open(): Promise<number[]> {
    const start = (shard: RawShard) => BigInt(shard.HashKeyRange.StartingHashKey)
    const shards = await this.shards('AT_LATEST')
    return shards.sort((a, b) => (start(a) < start(b) ? -1 : 1)).map(indexOf)
  }

  shards(Type: ShardFilterType = 'FROM_TRIM_HORIZON'): Promise<RawShard[]> {
    return shardsOf(this.kinesis.endpoint, this.name, { ShardFilter: { Type } })
  }

  async byIndex(): Promise<Record<number, RawShard>> {
    return Object.fromEntries((await this.shards()).map((shard) => [indexOf(shard), shard]))
  }

  /** Splits, merges or scales, as `pick` says. */
  async reshard(pick: number, most = 8): Promise<void> {
    const open = await this.open()
    const at = pick % open.length
    if (pick % 4 === 3) return this.scale(1 + (pick % Math.min(most, open.length * 2)) || 1).catch(tooFar)
    if (open.length < most && pick % 2 === 0) return this.split(open[at]!)
    if (at > 0) return this.merge(open[at - 1]!, open[at]!)
  }

  close(): Promise<void> {
    return this.kinesis.close()
  }
}

/** A step of more than half or double is refused; then nothing happens. */
function tooFar(error: Error): void {
  if (!error.message.includes('LimitExceeded')) throw error
}

function indexOf({ ShardId }: RawShard): number {
  return Number(ShardId.slice(8))
}
