import type { ShardSubscription } from '../../../../connectors/kinesis/fan-out/fan-out-api.ts'
import { fanOutClient } from '../../../../connectors/kinesis/fan-out/fan-out-client.ts'
import { sdkFanOutApi } from '../../../../connectors/kinesis/fan-out/sdk-fan-out-api.ts'
import { failureOf } from '../../../../connectors/kinesis/service-failure.ts'
import { ManualClock } from '../manual-clock.ts'
import { RawService } from './raw-service.ts'

const consumer = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders/consumer/c:1'

/** A service that does as the test says, and clients that subscribe to it. */
export class RawSubscriber {
  service!: RawService
  readonly #clients: { close(): void }[] = []

  static async start(): Promise<RawSubscriber> {
    const subscriber = new RawSubscriber()
    subscriber.service = await RawService.start()
    return subscriber
  }

  api(endpoint = this.service.endpoint) {
    const clock = new ManualClock()
    const subscribing = fanOutClient({ endpoint }, 'orders', clock)
    this.#clients.push(subscribing)
    return { clock, api: sdkFanOutApi(subscribing.client, subscribing.client, subscribing.close) }
  }

  async accepted(to: SubscribingApi, n = 0, signal?: AbortSignal): Promise<ShardSubscription> {
    const subscribing = subscribe(to, signal)
    ;(await this.service.subscription(n)).accept()
    return subscribing
  }

  async close(): Promise<void> {
    for (const { close } of this.#clients) close()
    await this.service.close()
  }
}

export type SubscribingApi = ReturnType<typeof sdkFanOutApi>

export function subscribe(
  to: SubscribingApi,
  signal = new AbortController().signal,
): Promise<ShardSubscription> {
  return to.subscribe(consumer, 's', { kind: 'trim-horizon' }, signal)
}

/** What kind of failure a promise rejects with. */
export async function reasonOf(promise: Promise<unknown>): Promise<ReturnType<typeof failureOf>> {
  return promise.then(
    (value) => {
      throw new RangeError(`settled with ${JSON.stringify(value)}`)
    },
    (error: unknown) => failureOf(error),
  )
}
