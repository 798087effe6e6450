import { type KinesisSourceOptions, kinesisSource } from '../../../../connectors/kinesis/index.ts'
import { type LocalKinesis, startLocalKinesis } from '../../../../connectors/kinesis-local/index.ts'
import type { Json } from '../../../../src/contract/json.ts'
import type { Fetched, SplitEnumerator, SplitReader } from '../../../../src/contract/source.ts'
import { put, shardId, shardsOf, succeed } from '../../kinesis-local/raw-call.ts'
import { ManualClock } from '../manual-clock.ts'

/** A stream of an embedded Kinesis and sources that read it, all of one time, which passes when everything waits. */
export class FanOutStream {
  readonly clock = new ManualClock(undefined, true)
  readonly counts = new Map<string, number>()
  readonly logged: string[] = []
  readonly arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
  kinesis!: LocalKinesis
  readonly #sources: SplitEnumerator<string>[] = []

  static async start(shards = 1, limits: 'aws' | 'none' = 'none'): Promise<FanOutStream> {
    const stream = new FanOutStream()
    stream.kinesis = await startLocalKinesis({ clock: stream.clock, limits })
    await stream.call('CreateStream', { ShardCount: shards })
    return stream
  }

  call<T = Record<string, unknown>>(operation: string, more: object = {}): Promise<T> {
    return succeed<T>(this.kinesis.endpoint, operation, { StreamName: 'orders', ...more })
  }

  async put(...texts: string[]): Promise<void> {
    await put(this.kinesis.endpoint, 'orders', texts, (text) => text.split(' ')[0]!)
  }

  async split(shard: number): Promise<void> {
    const all = await shardsOf(this.kinesis.endpoint, 'orders')
    const { StartingHashKey, EndingHashKey } = all.find(
      ({ ShardId }) => ShardId === shardId(shard),
    )!.HashKeyRange
    const middle = (BigInt(StartingHashKey) + BigInt(EndingHashKey) + 1n) / 2n
    await this.call('SplitShard', { ShardToSplit: shardId(shard), NewStartingHashKey: String(middle) })
  }

  async merge(lower: number, upper: number): Promise<void> {
    await this.call('MergeShards', { ShardToMerge: shardId(lower), AdjacentShardToMerge: shardId(upper) })
  }

  async open(
    options: Partial<KinesisSourceOptions<string>> = {},
    restored?: Json,
  ): Promise<SplitEnumerator<string>> {
    const source = kinesisSource({
      stream: 'orders',
      endpoint: this.kinesis.endpoint,
      startAt: 'trim-horizon',
      decode: (data) => Buffer.from(data).toString(),
      read: 'fan-out',
      ...options,
    })
    const opening = source.open(
      {
        name: 'orders',
        job: 'test',
        clock: this.clock,
        random: () => 0.5,
        log: {
          info: (message) => void this.logged.push(message),
          warn: (message, fields) => void this.logged.push(`${message} ${fields?.['reason'] ?? ''}`),
        },
        overrides: {},
        signal: new AbortController().signal,
        count: (counter, _split, by = 1) =>
          void this.counts.set(counter, (this.counts.get(counter) ?? 0) + by),
      },
      restored,
    )
    const opened = await this.clock.until(opening)
    this.#sources.push(opened)
    return opened
  }

  /** A reader of the only shard that can be read. */
  async reader(options: Partial<KinesisSourceOptions<string>> = {}): Promise<SplitReader<string>> {
    const source = await this.open(options)
    await this.clock.until(source.discover())
    const [split] = source.takeReadable()
    return source.read(split!, undefined)
  }

  fetch(reader: SplitReader<string>): Promise<Fetched<string>> {
    return this.clock.until(reader.fetch())
  }

  /** Fetches until it is true of all that was read. */
  async read(
    reader: SplitReader<string>,
    isEnough: (values: readonly string[], last: Fetched<string>) => boolean,
  ): Promise<string[]> {
    const values: string[] = []
    for (;;) {
      const fetched = await this.fetch(reader)
      values.push(...fetched.values)
      if (isEnough(values, fetched)) return values
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()))
    await this.kinesis.close()
  }
}
