import { ShardLog } from '../log/shard-log.ts'
import { KinesisError } from '../protocol/kinesis-error.ts'
import { LocalStream } from './local-stream.ts'
import { Shard, type ShardDescription, type ShardParts } from './shard.ts'
import type { StreamDescription } from './stream-description.ts'
import type { StreamFolder, StreamFolders } from './stream-folders.ts'
import { Subscribers } from './subscribers.ts'
import type { Throughput } from './throughput.ts'

/** What the streams of one server share. */
export interface StreamsOptions {
  readonly region: string
  readonly throughput: () => Throughput
  /** How long a consumer is CREATING, and DELETING. */
  readonly consumerDelayMs: number
  /** Without it all records live in memory. */
  readonly folders: StreamFolders | undefined
}

interface Kept {
  readonly stream: LocalStream
  readonly folder: StreamFolder | undefined
}

/** All streams of one server. What is asked of a stream is done at once: it is never seen being changed. */
export class LocalStreams {
  readonly #options: StreamsOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: StreamsOptions) {
    this.#options = options
    for (const folder of options.folders?.existing() ?? []) this.#keep(folder.description, folder)
  }

  get consumerDelayMs(): number {
    return this.#options.consumerDelayMs
  }

  /** The stream of that name, without the shards that have expired. */
  get(name: string, now: number): LocalStream | undefined {
    const stream = this.#kept.get(name)?.stream
    if (stream?.hasExpiredShards(now)) this.change(stream, {}, now)
    return stream
  }

  /** In the order of their names. */
  names(): string[] {
    return [...this.#kept.keys()].sort()
  }

  create(description: StreamDescription): void {
    const { name } = description
    if (this.#kept.has(name)) {
      throw new KinesisError(
        'ResourceInUseException',
        `Stream ${name} under account 000000000000 already exists.`,
      )
    }
    const folder = this.#options.folders?.create(description)
    try {
      this.#keep(description, folder)
    } catch (error) {
      // Left behind, it would come back at the next start, beside the stream of that name which is created then.
      folder?.delete()
      throw error
    }
  }

  /** Changes what is known of a stream, first on disk and then for everyone. Shards that have expired go as well. */
  change(stream: LocalStream, changes: Partial<StreamDescription>, now: number): void {
    const { folder } = this.#kept.get(stream.name)!
    const horizon = stream.trimHorizonMs(now)
    const all = { ...stream.description, ...changes }
    const description = {
      ...all,
      expiredBeforeMs: horizon,
      shards: all.shards.filter(({ closedMs }) => closedMs === null || closedMs >= horizon),
    }
    const before = new Map(stream.shards.map((shard) => [shard.index, shard]))
    const shards = this.#shards(description, folder, before)
    folder?.write(description)
    stream.become(description, shards)
    for (const { index } of shards) before.delete(index)
    for (const { index, log } of before.values()) {
      log.close()
      folder?.deleteShard(index)
    }
    for (const { subscribers } of [...shards, ...before.values()]) subscribers.wake()
  }

  delete(name: string): void {
    const kept = this.#kept.get(name)
    this.#kept.delete(name)
    for (const shard of kept?.stream.shards ?? []) {
      shard.log.close()
      shard.subscribers.wake()
    }
    kept?.folder?.delete()
  }

  close(): void {
    for (const { stream } of this.#kept.values()) for (const shard of stream.shards) shard.log.close()
  }

  #keep(description: StreamDescription, folder: StreamFolder | undefined): void {
    const arn = `arn:aws:kinesis:${this.#options.region}:000000000000:stream/${description.name}`
    const stream = new LocalStream(description, arn, this.#shards(description, folder, new Map()))
    this.#kept.set(description.name, { stream, folder })
  }

  /** The shards of a description. Those that were there before keep their records and what they have used up. */
  #shards(
    { shards }: StreamDescription,
    folder: StreamFolder | undefined,
    before: ReadonlyMap<number, Shard>,
  ): Shard[] {
    return shards.map((shard) => {
      const known = before.get(shard.index)
      if (known?.description === shard) return known
      return new Shard(shard, known ?? this.#newParts(shard, folder))
    })
  }

  #newParts({ index, createdMs }: ShardDescription, folder: StreamFolder | undefined): ShardParts {
    const throughput = this.#options.throughput()
    return {
      log: new ShardLog(createdMs, folder?.segmentsOf(index)),
      throughput,
      subscribers: new Subscribers(() => throughput.fanOut()),
    }
  }
}
