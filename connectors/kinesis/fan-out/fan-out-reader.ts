import type { Fetched, SplitReader } from '../../../src/contract/source.ts'
import { PollingReader } from '../polling-reader.ts'
import type { Reading, ShardToRead } from '../reading.ts'
import { serviceError } from '../service-error.ts'
import { failureOf } from '../service-failure.ts'
import type { ShardCursor } from '../shard-cursor.ts'
import type { ShardEnd } from '../shard-end.ts'
import type { IteratorStart } from '../starting-position.ts'
import type { ShardSubscription, SubscriptionEvent } from './fan-out-api.ts'
import type { FanOutReport } from './fan-out-report.ts'
import type { FanOutUse } from './fan-out-use.ts'
import { inTime } from './in-time.ts'
import { acceptedTime, type ServiceTime, sentAt } from './sent-at.ts'
import { type Fact, nextState, nextStep, type Trouble, unsubscribed } from './subscription-state.ts'
import { troubleOf } from './subscription-trouble.ts'

/** How long to wait for a connection, for the first event, and between any two. An idle shard sends events too. */
const patienceMs = 30_000

/** A subscription that is open, or is about to be. */
interface Open {
  readonly generation: number
  /** Ends it, with all that waits for it. */
  readonly ending: AbortController
  subscription?: ShardSubscription
  /** Of the last event, or when it was accepted. */
  sentAt: ServiceTime
}

/**
 * Reads one shard with SubscribeToShard, and polls it from the same position whenever a subscription cannot be had.
 * What to do next is decided by the state machine of `subscription-state.ts`; this does it.
 */
export class FanOutReader<T> implements SplitReader<T> {
  readonly #reading: Reading<T>
  readonly #shard: ShardToRead
  readonly #cursor: ShardCursor<T>
  readonly #use: FanOutUse
  readonly #report: FanOutReport
  readonly #polling: PollingReader<T>
  readonly #end: ShardEnd
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  #state = unsubscribed
  #open: Open | undefined
  #polled = false

  constructor(
    reading: Reading<T>,
    shard: ShardToRead,
    cursor: ShardCursor<T>,
    end: ShardEnd,
    { use, report }: { readonly use: FanOutUse; readonly report: FanOutReport },
  ) {
    this.#reading = reading
    this.#shard = shard
    this.#cursor = cursor
    this.#use = use
    this.#report = report
    this.#polling = new PollingReader(reading, shard, cursor, end)
    this.#end = end
    this.#signal = AbortSignal.any([reading.context.signal, this.#closing.signal])
  }

  async fetch(): Promise<Fetched<T>> {
    if (this.#cursor.hasUnread) return this.#cursor.take()
    if (this.#cursor.last?.ended) return this.#cursor.nothing(true)
    try {
      return await this.#next()
    } catch (error) {
      if (this.#signal.aborted) return this.#cursor.nothing(false)
      throw serviceError(error, this.#reading.place, {
        source: this.#reading.context.name,
        shard: this.#shard.id,
      })
    }
  }

  get heldBy(): string | undefined {
    return this.#polled ? this.#polling.heldBy : undefined
  }

  close(): void {
    this.#closing.abort()
    this.#report.finished(this.#shard.id)
    this.#polling.close()
  }

  async #next(): Promise<Fetched<T>> {
    const { clock } = this.#reading.context
    for (;;) {
      this.#signal.throwIfAborted()
      // An end in doubt is looked at by polling, at its own pace.
      const subscribes = this.#use.chosen && this.#end.pauseMs === undefined && !this.#isBeside
      const step = subscribes ? nextStep(this.#state, clock.now()) : ({ kind: 'poll' } as const)
      if (step.kind === 'poll' || step.kind === 'end') return this.#poll()
      if (step.kind === 'wait') await clock.sleep(step.ms, this.#signal)
      else if (step.kind === 'receive') {
        const fetched = await this.#receive()
        if (fetched !== undefined) return fetched
      } else {
        const start = this.#start()
        if (start === 'unsure') return this.#poll()
        await this.#subscribe(start)
      }
    }
  }

  /** Whether what follows is not in the stream, so that no subscription brings it. */
  get #isBeside(): boolean {
    return this.#reading.api.isBeside?.(this.#shard.id, this.#cursor.resumption.start) ?? false
  }

  /** Where a subscription goes on; `'unsure'` where a record must first show that nothing was lost. */
  #start(): IteratorStart | 'unsure' {
    const resumed = this.#cursor.resumption
    if (resumed.lost || resumed.mustSee !== undefined) return 'unsure'
    const { continuation } = this.#cursor
    return continuation === undefined ? resumed.start : { kind: 'after', sequenceNumber: continuation }
  }

  async #poll(): Promise<Fetched<T>> {
    if (this.#open !== undefined) this.#over({ kind: 'unwanted', ...this.#now(this.#open) })
    if (!this.#polled) {
      this.#polling.restart()
      this.#report.polls(this.#shard.id, this.#state)
    }
    this.#polled = true
    return this.#polling.fetch()
  }

  async #subscribe(start: IteratorStart): Promise<void> {
    const consumer = await this.#use.consumer()
    if (consumer === undefined) return this.#note({ kind: 'no-consumer', ...this.#moment })
    this.#note({ kind: 'begin' })
    this.#polled = false
    const askedAt = this.#reading.context.clock.now()
    const open: Open = {
      generation: this.#state.generation,
      ending: new AbortController(),
      sentAt: acceptedTime({ askedAt, receivedAt: askedAt }, undefined),
    }
    this.#open = open
    try {
      const ended = AbortSignal.any([this.#signal, open.ending.signal])
      open.subscription = await this.#inTime(
        open,
        this.#use.api.subscribe(consumer, this.#shard.id, start, ended),
      )
      const { at } = this.#moment
      open.sentAt = acceptedTime({ askedAt, receivedAt: at }, open.subscription.serverTime)
      this.#note({ kind: 'connected', generation: open.generation, at })
      this.#report.subscribed(this.#shard.id)
    } catch (error) {
      this.#refused(open, error)
    }
  }

  async #receive(): Promise<Fetched<T> | undefined> {
    const open = this.#open!
    const { clock } = this.#reading.context
    const askedAt = clock.now()
    const event = await this.#event(open)
    if (event === undefined) return undefined
    open.sentAt = sentAt(open.sentAt, event, { askedAt, receivedAt: clock.now() })
    if (this.#cursor.overtaken()) {
      // What the subscription came to next may have expired: it goes on when a record has shown that nothing has.
      this.#over({ kind: 'unwanted', ...this.#now(open) })
      return undefined
    }
    const last = event.continuation === undefined
    const ended = last && (await this.#end.believed(event.children))
    if (!last || ended) this.#end.settled()
    if (ended) this.#over({ kind: 'last' })
    else if (last) this.#failed(open, 'broken', new Error('an end that no shard continues'))
    return this.#cursor.receive({
      ...event,
      // It was sent after its records had arrived.
      serverTime: Math.max(open.sentAt.shown, event.records.at(-1)?.arrivalTime ?? 0),
      last,
      ended,
    })
  }

  /** The next event; `undefined` if there is none, which the state then tells. */
  async #event(open: Open): Promise<SubscriptionEvent | undefined> {
    try {
      const event = await this.#inTime(open, open.subscription!.next())
      if (event === undefined) this.#over({ kind: 'closed', ...this.#now(open) })
      else this.#note({ kind: 'event', generation: open.generation })
      return event
    } catch (error) {
      this.#refused(open, error)
      return undefined
    }
  }

  #refused(open: Open, error: unknown): void {
    this.#signal.throwIfAborted()
    const name = error instanceof Error ? error.name : ''
    if (name === 'ResourceNotFoundException' || name === 'ResourceInUseException') this.#use.consumerGone()
    this.#failed(open, troubleOf(error, open.subscription !== undefined), error)
    const failure = failureOf(error)
    if (failure.kind !== 'refused' || failure.code !== 'ACCESS_DENIED') return
    this.#use.refused(serviceError(error, this.#reading.place, { shard: this.#shard.id }))
  }

  #failed(open: Open, trouble: Trouble, error: unknown): void {
    this.#over({ kind: 'failed', trouble, ...this.#now(open) })
    this.#report.failed(this.#shard.id, trouble, error)
  }

  /** The subscription is over: what still comes of it is dropped. */
  #over(fact: Fact): void {
    this.#note(fact)
    this.#open?.ending.abort()
    this.#open = undefined
  }

  #note(fact: Fact): void {
    this.#state = nextState(this.#state, fact)
  }

  #inTime<R>({ ending }: Open, promise: Promise<R>): Promise<R> {
    const { clock } = this.#reading.context
    return inTime(promise, { ms: patienceMs, clock, signal: this.#signal, ending })
  }

  #now({ generation }: Open): { readonly generation: number; readonly at: number; readonly chance: number } {
    return { generation, ...this.#moment }
  }

  get #moment(): { readonly at: number; readonly chance: number } {
    const { clock, random } = this.#reading.context
    return { at: clock.now(), chance: random() }
  }
}
