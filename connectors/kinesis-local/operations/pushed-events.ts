import type { BodyStream } from '../http/exchange.ts'
import { eventFrame } from '../protocol/event-frame.ts'
import { KinesisError, type KinesisErrorType } from '../protocol/kinesis-error.ts'
import type { Wire } from '../protocol/wire.ts'
import { consumerStatus } from '../streams/consumers.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { readRecords } from '../streams/read-records.ts'
import type { Shard } from '../streams/shard.ts'
import type { Subscription } from '../streams/subscription.ts'
import { nextStep, type SubscriptionStep } from '../streams/subscription-step.ts'
import { consumerOfArn, noConsumer } from './named-consumer.ts'
import type { Call } from './operation.ts'
import { childMembers } from './shard-members.ts'
import { shardNamed } from './shard-named.ts'

/** The data of an event, unless a single record has more. A client that is slow to read has one event held for it. */
const mostBytes = 2 ** 20
const mostRecords = 10_000

/** What was subscribed to, and from where on. */
export interface Subscribed {
  readonly consumerArn: string
  readonly shardId: string
  readonly subscription: Subscription
  /** The counter of the first record to push. */
  readonly counter: number
}

/** The body of an answer to SubscribeToShard. */
export function pushedEvents(subscribed: Subscribed, call: Call): BodyStream {
  return async function* (gone) {
    yield eventFrame(headersOf('initial-response', call.wire), call.wire.encode({}))
    try {
      yield* new Pushing(subscribed, call).events(gone)
    } catch (error) {
      yield exceptionFrame(error, call.wire)
    }
  }
}

/** One subscription under way. Everything may change between two events, so each begins with a look at what there is. */
class Pushing {
  readonly #subscribed: Subscribed
  readonly #call: Call
  readonly #startedMs: number
  #counter: number
  #pushedMs: number | undefined
  /** In the number of the last continuation, which must not be followed by a smaller one. */
  #seconds = 0

  constructor(subscribed: Subscribed, call: Call) {
    this.#subscribed = subscribed
    this.#call = call
    this.#startedMs = call.now
    this.#counter = subscribed.counter
  }

  async *events(gone: AbortSignal): AsyncGenerator<Buffer> {
    const { subscription } = this.#subscribed
    const { clock } = this.#call
    while (!gone.aborted) {
      const now = clock.now()
      const { stream, shard } = this.#look(now)
      const step = this.#nextStep(shard, now)
      if (step.kind === 'end') return
      if (step.kind === 'wait') {
        await subscription.pause(step.ms, clock, gone)
        continue
      }
      const { frame, ended } = this.#event(stream, shard, now)
      yield frame
      if (ended) return
    }
  }

  /** @throws KinesisError if what was subscribed to is not there any more, or belongs to a later subscription. */
  #look(now: number): { readonly stream: LocalStream; readonly shard: Shard } {
    const { consumerArn, shardId, subscription } = this.#subscribed
    if (subscription.replaced) {
      throw new KinesisError('ResourceInUseException', `Consumer ${consumerArn} has subscribed again.`)
    }
    const { stream, consumer } = consumerOfArn(consumerArn, { ...this.#call, now })
    if (consumerStatus(consumer, now) !== 'ACTIVE') throw noConsumer(consumerArn)
    const shard = shardNamed(stream, shardId)
    stream.trim(shard, now)
    return { stream, shard }
  }

  #nextStep(shard: Shard, now: number): SubscriptionStep {
    const behind = this.#counter < shard.log.next
    return nextStep({
      now,
      startedMs: this.#startedMs,
      pushedMs: this.#pushedMs,
      behind,
      ended: !behind && !shard.open,
      throttledMs: this.#subscribed.subscription.throughput.throttledMs(now),
    })
  }

  #event(
    stream: LocalStream,
    shard: Shard,
    now: number,
  ): { readonly frame: Buffer; readonly ended: boolean } {
    const { wire } = this.#call
    const read = readRecords(shard, this.#counter, mostRecords, mostBytes, now)
    const { ended } = read
    this.#counter = read.counter
    this.#pushedMs = now
    this.#subscribed.subscription.throughput.pushed(read.sizeBytes)
    const payload = wire.encodeEvent({
      ...read,
      shard,
      continuation: ended ? undefined : this.#continuation(shard, read.slices.length > 0, now),
      children: ended ? stream.childrenOf(shard).map(childMembers) : [],
    })
    return { frame: eventFrame(headersOf('SubscribeToShardEvent', wire), payload), ended }
  }

  /** The number of the last record that was pushed; without records a greater one, below the next record's. */
  #continuation(shard: Shard, some: boolean, now: number): string {
    const last = this.#counter - 1
    this.#seconds = some ? shard.arrivalSecondsOf(last) : Math.max(this.#seconds, Math.floor(now / 1000))
    return shard.numberOf(last, this.#seconds)
  }
}

function headersOf(eventType: string, wire: Wire) {
  return {
    ':message-type': 'event',
    ':event-type': eventType,
    ':content-type': wire.eventContentType,
  }
}

const inStream: ReadonlySet<KinesisErrorType> = new Set([
  'ResourceInUseException',
  'ResourceNotFoundException',
])

/** The last frame of a subscription that fails. */
function exceptionFrame(error: unknown, wire: Wire): Buffer {
  const known = error instanceof KinesisError && inStream.has(error.type)
  const type = known ? error.type : 'InternalFailureException'
  const headers = {
    ':message-type': 'exception',
    ':exception-type': type,
    ':content-type': wire.eventContentType,
  }
  return eventFrame(headers, wire.encode({ message: known ? error.message : `Internal: ${error}` }))
}
