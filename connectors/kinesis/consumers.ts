import type { Clock, Random } from '../../src/contract/clock.ts'
import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { MillraceError } from '../../src/errors.ts'
import type { Connection } from './client.ts'
import { connect } from './connect.ts'
import { looksOurs } from './fan-out/consumer-name.ts'
import type { FanOutApi, RegisteredConsumer } from './fan-out/fan-out-api.ts'
import { sdkFanOutApi } from './fan-out/sdk-fan-out-api.ts'
import { persist } from './persist.ts'
import { sdkKinesisApi } from './sdk-kinesis-api.ts'
import { serviceError } from './service-error.ts'

/** Options of {@link listConsumers} and {@link removeConsumer}. */
export interface ConsumersOptions extends Connection {
  /** The name or the ARN of the stream. */
  readonly stream: string
  /** Default: the clock of this machine. */
  readonly clock?: Clock
  /** For pauses between attempts. Default: the chance of this machine. */
  readonly random?: Random
  readonly signal?: AbortSignal
}

/** A consumer that is registered with a stream. */
export interface ListedConsumer {
  readonly name: string
  readonly arn: string
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING'
  /** When it was registered, in milliseconds since 1970. */
  readonly createdAt: number
  /** Whether its name is one that a source gives itself: it is paid for in vain if the job is gone. */
  readonly ours: boolean
}

const patienceMs = 10_000
const throttlePatienceMs = 30_000

/**
 * The consumers that are registered with a stream. Rejects as `putRecords` does.
 *
 * @example
 * const { endpoint, close } = await startLocalKinesis()
 * await createStream({ stream: 'orders', shards: 1, endpoint })
 * await listConsumers({ stream: 'orders', endpoint }) // []
 * await close()
 */
export function listConsumers(options: ConsumersOptions): Promise<readonly ListedConsumer[]> {
  return withConsumers(options, async ({ api, arn, call }) => {
    const found: RegisteredConsumer[] = []
    for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
      const page = await call((signal) => api.consumers(arn, next, signal))
      found.push(...page.consumers)
      next = page.next
    }
    return found.map((consumer) => ({ ...consumer, ours: looksOurs(consumer.name) }))
  })
}

/**
 * Removes a consumer from a stream. A job that reads as this consumer goes on by polling, and registers it anew if it
 * may: stop it first. Rejects with `CONSUMER_NOT_FOUND`, and as `putRecords` does.
 */
export function removeConsumer(options: ConsumersOptions & { readonly consumer: string }): Promise<void> {
  const { consumer, stream } = options
  return withConsumers(options, async ({ api, arn, call }) => {
    try {
      const { arn: consumerArn } = await call((signal) => api.consumer(arn, consumer, signal))
      await call((signal) => api.deregister(consumerArn, signal))
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error
      throw new MillraceError('CONSUMER_NOT_FOUND', `the stream has no consumer ${consumer}`, {
        where: { stream },
      })
    }
  })
}

interface Consumers {
  readonly api: FanOutApi
  readonly arn: string
  call<R>(request: (signal: AbortSignal) => Promise<R>): Promise<R>
}

async function withConsumers<R>(
  options: ConsumersOptions,
  work: (consumers: Consumers) => Promise<R>,
): Promise<R> {
  const { client, place, close } = connect(options, options.stream)
  const { clock = systemClock, random = systemRandom, signal = new AbortController().signal } = options
  const how = { clock, random, signal, patienceMs, throttlePatienceMs, onRetry: () => {} }
  const call: Consumers['call'] = (request) => persist(request, how)
  try {
    const { arn } = await call((ended) => sdkKinesisApi(client, options.stream, close).describeStream(ended))
    return await work({ api: sdkFanOutApi(client, client, close), arn, call })
  } catch (error) {
    throw serviceError(error, place)
  } finally {
    close()
  }
}
