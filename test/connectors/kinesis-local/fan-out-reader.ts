import {
  type KinesisClient,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'

/** What a reader was given of one shard. */
export interface ShardProgress {
  readonly texts: string[]
  readonly numbers: string[]
  subscriptions: number
  events: number
  position: StartingPosition
  behindMs: number | undefined
  ended: boolean
}

/** Reads a stream as a consumer should: parents before children, on after the continuation when a subscription ends. */
export class FanOutReader {
  readonly shards = new Map<string, ShardProgress>()
  readonly #client: KinesisClient
  readonly #consumerArn: string
  #failure: unknown
  #stopped = false

  constructor(client: KinesisClient, consumerArn: string) {
    this.#client = client
    this.#consumerArn = consumerArn
  }

  get texts(): string[] {
    this.#throwFailure()
    return [...this.shards.values()].flatMap(({ texts }) => texts)
  }

  /** Those that have not ended. */
  get open(): ShardProgress[] {
    this.#throwFailure()
    return [...this.shards.values()].filter(({ ended }) => !ended)
  }

  /** Begins with a shard, and goes on with its children. */
  follow(shardId: string, position: StartingPosition = { Type: 'TRIM_HORIZON' }): void {
    if (this.shards.has(shardId)) return
    const progress: ShardProgress = {
      texts: [],
      numbers: [],
      subscriptions: 0,
      events: 0,
      position,
      behindMs: undefined,
      ended: false,
    }
    this.shards.set(shardId, progress)
    this.#read(shardId, progress).catch((error) => {
      if (!this.#stopped) this.#failure = error
    })
  }

  /** The subscriptions end when the client does. */
  stop(): void {
    this.#stopped = true
  }

  async #read(shardId: string, progress: ShardProgress): Promise<void> {
    while (!progress.ended && !this.#stopped) {
      const { EventStream } = await this.#client.send(
        new SubscribeToShardCommand({
          ConsumerARN: this.#consumerArn,
          ShardId: shardId,
          StartingPosition: progress.position,
        }),
      )
      progress.subscriptions++
      for await (const { SubscribeToShardEvent: event } of EventStream!) {
        if (event !== undefined) this.#take(event, progress)
      }
    }
  }

  #take(event: SubscribeToShardEvent, progress: ShardProgress): void {
    for (const { Data, SequenceNumber } of event.Records!) {
      progress.texts.push(Buffer.from(Data!).toString())
      progress.numbers.push(SequenceNumber!)
    }
    progress.events++
    progress.behindMs = event.MillisBehindLatest
    progress.position = {
      Type: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: event.ContinuationSequenceNumber,
    }
    if (event.ChildShards === undefined) return
    progress.ended = true
    for (const { ShardId, ParentShards } of event.ChildShards) {
      if (ParentShards!.every((parent) => this.shards.get(parent)?.ended)) this.follow(ShardId!)
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}
