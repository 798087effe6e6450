import type {
  FanOutApi,
  RegisteredConsumer,
  ShardSubscription,
  SubscriptionEvent,
} from '../../../../connectors/kinesis/fan-out/fan-out-api.ts'
import type { IteratorStart } from '../../../../connectors/kinesis/starting-position.ts'
import type { ManualClock } from '../manual-clock.ts'
import { type ScriptedKinesis, serviceFault } from '../scripted-kinesis.ts'

const lifetimeMs = 300_000
const sameAgainMs = 5000
const idleMs = 5000
const creatingMs = 2000

/** What can be made to go wrong, the next time that it is asked for. */
export type FanOutFault =
  | { readonly at: 'register' | 'consumer' | 'consumers' | 'subscribe' | 'event'; readonly error: Error }
  /** The service accepts, or pushes, nothing and says nothing. */
  | { readonly at: 'subscribe' | 'event'; readonly error: 'silence' }
  /** The service ends the subscription. */
  | { readonly at: 'event'; readonly error: 'end' }

interface Subscribed {
  readonly at: number
  replaced: boolean
}

/** Consumers and subscriptions to a scripted stream. */
export class ScriptedFanOut implements FanOutApi {
  readonly kinesis: ScriptedKinesis
  readonly starts: string[] = []
  readonly registered = new Map<string, RegisteredConsumer & { activeAt: number }>()
  mostConsumers = 20
  pageSize = 3
  closed = false
  readonly #clock: ManualClock
  readonly #faults: FanOutFault[] = []
  readonly #subscribed = new Map<string, Subscribed>()
  #consumers = 0

  constructor(kinesis: ScriptedKinesis, clock: ManualClock) {
    this.kinesis = kinesis
    this.#clock = clock
  }

  fail(...faults: readonly FanOutFault[]): void {
    this.#faults.push(...faults)
  }

  async register(streamArn: string, name: string): Promise<RegisteredConsumer> {
    this.#fault('register')
    if (this.registered.has(name)) throw serviceFault('ResourceInUseException')
    if (this.registered.size >= this.mostConsumers) throw serviceFault('LimitExceededException')
    const now = this.#clock.now()
    const consumer = {
      name,
      arn: `${streamArn}/consumer/${name}:${++this.#consumers}`,
      status: 'CREATING' as const,
      createdAt: now,
      activeAt: now + creatingMs,
    }
    this.registered.set(name, consumer)
    return consumer
  }

  async consumer(_streamArn: string, name: string): Promise<RegisteredConsumer> {
    this.#fault('consumer')
    const found = this.registered.get(name)
    if (found === undefined)
      throw serviceFault('ResourceNotFoundException', 400, `Consumer ${name} not found`)
    return { ...found, status: this.#clock.now() < found.activeAt ? 'CREATING' : 'ACTIVE' }
  }

  async consumers() {
    this.#fault('consumers')
    const consumers = await Promise.all([...this.registered.keys()].map((name) => this.consumer('', name)))
    return { consumers, next: undefined }
  }

  async deregister(arn: string): Promise<void> {
    for (const consumer of this.registered.values())
      if (consumer.arn === arn) this.registered.delete(consumer.name)
  }

  async subscribe(
    arn: string,
    shard: string,
    start: IteratorStart,
    signal: AbortSignal,
  ): Promise<ShardSubscription> {
    this.starts.push(`${shard} ${JSON.stringify(start)}`)
    if (this.#fault('subscribe') === 'silence') return new Promise<never>(() => {})
    if (!this.#isActive(arn))
      throw serviceFault('ResourceNotFoundException', 400, `Consumer ${arn} not found`)
    this.kinesis.look(shard, start)
    const [key, now] = [`${arn} ${shard}`, this.#clock.now()]
    const earlier = this.#subscribed.get(key)
    if (earlier !== undefined && now - earlier.at < sameAgainMs) throw serviceFault('ResourceInUseException')
    if (earlier !== undefined) earlier.replaced = true
    const subscribed = { at: now, replaced: false }
    this.#subscribed.set(key, subscribed)
    let from = start
    let over = false
    return {
      serverTime: now,
      next: async () => {
        if (over) return undefined
        const event = await this.#event(subscribed, { arn, shard, from, signal })
        over = event?.continuation === undefined
        if (!over) from = { kind: 'after', sequenceNumber: event!.continuation! }
        return event
      },
    }
  }

  close(): void {
    this.closed = true
  }

  async #event(
    subscribed: Subscribed,
    { arn, shard, from, signal }: { arn: string; shard: string; from: IteratorStart; signal: AbortSignal },
  ): Promise<SubscriptionEvent | undefined> {
    const fault = this.#fault('event')
    if (fault === 'silence') return new Promise<never>(() => {})
    if (fault === 'end') return undefined
    const { left, ended } = this.kinesis.look(shard, from)
    if (left.length === 0 && !ended) await this.#clock.sleep(idleMs, signal)
    signal.throwIfAborted()
    const now = this.#clock.now()
    if (now - subscribed.at >= lifetimeMs) return undefined
    if (subscribed.replaced) throw serviceFault('ResourceInUseException')
    if (!this.#isActive(arn))
      throw serviceFault('ResourceNotFoundException', 400, `Consumer ${arn} not found`)
    return this.#pushed(shard, from)
  }

  #pushed(shard: string, from: IteratorStart): SubscriptionEvent {
    const { left, ended, children } = this.kinesis.look(shard, from)
    const now = this.#clock.now()
    const records = left.slice(0, this.pageSize)
    const more = left.length > records.length
    const last = ended && !more
    return {
      records,
      continuation: last ? undefined : more ? records.at(-1)!.sequenceNumber : this.kinesis.mark(),
      behindMs: more ? Math.max(1, now - left[records.length]!.arrivalTime) : 0,
      children: last && this.kinesis.namesChildren ? children : [],
      sizeBytes: records.reduce((sum, { data }) => sum + data.length, 0),
      sentAfter: now,
    }
  }

  #isActive(arn: string): boolean {
    return [...this.registered.values()].some((one) => one.arn === arn && one.activeAt <= this.#clock.now())
  }

  #fault(at: FanOutFault['at']): 'silence' | 'end' | undefined {
    const index = this.#faults.findIndex((fault) => fault.at === at)
    if (index < 0) return undefined
    const [{ error }] = this.#faults.splice(index, 1) as [FanOutFault]
    if (error instanceof Error) throw error
    return error
  }
}
