import { ShardLog } from '../log/shard-log.ts'
import { KinesisError } from '../protocol/kinesis-error.ts'
import { LocalStream, type StreamDescription } from './local-stream.ts'
import { Shard } from './shard.ts'
import type { StreamFolder, StreamFolders } from './stream-folders.ts'
import type { Throughput } from './throughput.ts'

/** What the streams of one server share. */
export interface StreamsOptions {
  readonly region: string
  readonly throughput: () => Throughput
  /** Without it all records live in memory. */
  readonly folders: StreamFolders | undefined
}

interface Kept {
  readonly stream: LocalStream
  readonly folder: StreamFolder | undefined
}

/** All streams of one server. A stream is active as soon as it exists, and gone as soon as it is deleted. */
export class LocalStreams {
  readonly #options: StreamsOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: StreamsOptions) {
    this.#options = options
    for (const folder of options.folders?.existing() ?? []) this.#keep(folder.description, folder)
  }

  get(name: string): LocalStream | undefined {
    return this.#kept.get(name)?.stream
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

  delete(name: string): void {
    const kept = this.#kept.get(name)
    this.#kept.delete(name)
    for (const shard of kept?.stream.shards ?? []) shard.log.close()
    kept?.folder?.delete()
  }

  close(): void {
    for (const { stream } of this.#kept.values()) for (const shard of stream.shards) shard.log.close()
  }

  #keep(description: StreamDescription, folder: StreamFolder | undefined): void {
    const shards = description.shards.map(
      (shard) => new Shard(shard, new ShardLog(folder?.segmentsOf(shard.index)), this.#options.throughput()),
    )
    const arn = `arn:aws:kinesis:${this.#options.region}:000000000000:stream/${description.name}`
    this.#kept.set(description.name, { stream: new LocalStream(description, arn, shards), folder })
  }
}
