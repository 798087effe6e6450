import type { ListedShard, StoredRecords } from '../kinesis-api.ts'
import type { IteratorStart } from '../starting-position.ts'

/** A consumer that is registered with a stream. */
export interface RegisteredConsumer {
  readonly name: string
  readonly arn: string
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING'
  /** In milliseconds since 1970. */
  readonly createdAt: number
}

/** What a subscription brings at a time; often no records. */
export interface SubscriptionEvent {
  readonly records: StoredRecords
  /** After which number the next subscription goes on; `undefined` only at the end of a closed shard. */
  readonly continuation: string | undefined
  readonly behindMs: number
  /** Given at the end of a closed shard. */
  readonly children: readonly ListedShard[]
  readonly sizeBytes: number
  /** By our clock: it was not sent earlier than this. `undefined` if nothing shows that. */
  readonly sentAfter: number | undefined
}

/** A subscription to one shard. What is not asked for waits at the other end of the connection. */
export interface ShardSubscription {
  /** The time of the service's clock when it accepted the subscription; `undefined` if it did not say. */
  readonly serverTime: number | undefined
  /** The next event; `undefined` when the service has ended the subscription. Not called while one is waited for. */
  next(): Promise<SubscriptionEvent | undefined>
}

/**
 * The part of Kinesis that fan-out needs. One call is one request; calls reject with the error of the AWS SDK, and end
 * when `signal` is aborted, a subscription as a whole.
 */
export interface FanOutApi {
  register(streamArn: string, name: string, signal: AbortSignal): Promise<RegisteredConsumer>
  /** Rejects with `ResourceNotFoundException` if there is none. */
  consumer(streamArn: string, name: string, signal: AbortSignal): Promise<RegisteredConsumer>
  /** One page; `next` continues it. */
  consumers(
    streamArn: string,
    next: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly consumers: readonly RegisteredConsumer[]; readonly next: string | undefined }>
  deregister(consumerArn: string, signal: AbortSignal): Promise<void>
  subscribe(
    consumerArn: string,
    shard: string,
    start: IteratorStart,
    signal: AbortSignal,
  ): Promise<ShardSubscription>
  close(): void
}
