import { KinesisError } from '../protocol/kinesis-error.ts'
import { Subscription } from './subscription.ts'
import type { FanOutThroughput } from './throughput.ts'

/** A consumer may not subscribe again before this has passed. */
const betweenSubscriptionsMs = 5000

/** One consumer at one shard. What it has used up outlives its subscriptions. */
interface Subscriber {
  readonly throughput: FanOutThroughput
  subscribedMs: number
  current: Subscription | undefined
}

/** Who is subscribed to one shard: at most one subscription a consumer. */
export class Subscribers {
  readonly #throughput: () => FanOutThroughput
  readonly #byConsumer = new Map<string, Subscriber>()

  constructor(throughput: () => FanOutThroughput) {
    this.#throughput = throughput
  }

  /**
   * A consumer calls. What is given lets it subscribe; if it is subscribed already, that subscription then ends.
   *
   * @throws KinesisError ResourceInUseException too soon after the last time, LimitExceededException.
   */
  admit(consumerArn: string, now: number): () => Subscription {
    const subscriber = this.#subscriber(consumerArn)
    const mayCall = subscriber.throughput.maySubscribe(now)
    const passedMs = now - subscriber.subscribedMs
    if (passedMs >= 0 && passedMs < betweenSubscriptionsMs) throw tooSoon(consumerArn)
    if (!mayCall)
      throw new KinesisError('LimitExceededException', `Rate exceeded for consumer ${consumerArn}.`)
    return () => {
      subscriber.current?.replace()
      subscriber.subscribedMs = now
      subscriber.current = new Subscription(subscriber.throughput)
      return subscriber.current
    }
  }

  /** Something happened that may concern any of them. */
  wake(): void {
    for (const { current } of this.#byConsumer.values()) current?.wake()
  }

  /** The consumer is gone for good. Its subscription finds that out by itself. */
  forget(consumerArn: string): void {
    this.#byConsumer.delete(consumerArn)
  }

  #subscriber(consumerArn: string): Subscriber {
    const known = this.#byConsumer.get(consumerArn)
    if (known !== undefined) return known
    const made = {
      throughput: this.#throughput(),
      subscribedMs: Number.NEGATIVE_INFINITY,
      current: undefined,
    }
    this.#byConsumer.set(consumerArn, made)
    return made
  }
}

function tooSoon(consumerArn: string): KinesisError {
  return new KinesisError(
    'ResourceInUseException',
    `Another active subscription exists for this consumer: ${consumerArn}. It is less than ` +
      `${betweenSubscriptionsMs} milliseconds old.`,
  )
}
