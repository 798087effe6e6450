import type { Random } from '../../../src/contract/clock.ts'
import { backoffMs } from '../backoff.ts'
import { AggregateSize } from '../kpl/write-aggregate.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { Delivered } from './delivered.ts'
import { aggregateKey, type OutgoingRecord, plainBytes } from './outgoing-record.ts'

/** A record that waits, and what is told when it has arrived. */
export interface Queued {
  readonly record: OutgoingRecord
  readonly delivered: Delivered
}

/** How records of a queue are put. */
export interface QueueRules {
  /** Several records in one aggregated record. */
  readonly aggregates: boolean
  /** Records of one partition key arrive in their order. */
  readonly ordered: boolean
  /** Within what AWS grants a shard. */
  readonly paced: boolean
}

/** Records that go into one record of the stream together; one of them alone mostly goes as it is. */
export interface Parcel {
  readonly queue: ShardQueue
  readonly queued: readonly Queued[]
  /** The most that it weighs. */
  readonly sizeBytes: number
}

/** As the KPL has it: a user record that is larger goes alone. */
const aggregateBytes = 51_200
/** What AWS grants a shard each second. */
const bytesPerSecond = 2 ** 20
const recordsPerSecond = 1000

/**
 * The records that wait for one shard, as far as shards can be foreseen.
 *
 *     waiting → (in a call) → delivered, or waiting again at the front
 */
export class ShardQueue {
  readonly shard: string
  readonly #rules: QueueRules
  readonly #bytes = new TokenBucket(bytesPerSecond, bytesPerSecond)
  readonly #records = new TokenBucket(recordsPerSecond, recordsPerSecond)
  #waiting: Queued[] = []
  /** Those before it are gone from `#waiting`. */
  #at = 0
  /** Keys in the call that is under way or being put together. */
  readonly #underWay = new Set<string>()
  #callUnderWay = false
  #pausedUntil = Number.NEGATIVE_INFINITY
  #refusals = 0
  /** Since when nothing but refusals came; `undefined` when the last answer was none. */
  refusedSince: number | undefined

  constructor(shard: string, rules: QueueRules) {
    this.shard = shard
    this.#rules = rules
  }

  get empty(): boolean {
    return this.#at === this.#waiting.length
  }

  add(queued: Queued): void {
    this.#waiting.push(queued)
  }

  /** Takes the next records for a call, of which so much is left; `undefined` if there are none or they must wait. */
  next(now: number, roomBytes: number): Parcel | undefined {
    if (this.waitMs(now) > 0 || this.#mustNotOvertake()) return undefined
    const parcel = this.#rules.aggregates ? this.#aggregate(roomBytes) : this.#single(roomBytes)
    if (parcel === undefined) return undefined
    if (this.#rules.paced) {
      this.#bytes.spend(parcel.sizeBytes, now)
      this.#records.spend(1, now)
    }
    if (this.#rules.ordered) for (const { record } of parcel.queued) this.#underWay.add(record.partitionKey)
    return parcel
  }

  /** The call that its parcels were taken for is made: where there is order, no other may overtake it. */
  called(): void {
    this.#callUnderWay = this.#rules.ordered
  }

  answered(): void {
    this.#callUnderWay = false
    this.#underWay.clear()
  }

  /** How long it must wait before it can give anything; without end if only an answer helps. */
  waitMs(now: number): number {
    if (this.empty || this.#callUnderWay) return Number.POSITIVE_INFINITY
    const paceMs = this.#rules.paced ? Math.max(this.#bytes.waitMs(1, now), this.#records.waitMs(1, now)) : 0
    return Math.max(0, this.#pausedUntil - now, paceMs)
  }

  accepted(): void {
    this.#refusals = 0
    this.refusedSince = undefined
  }

  /** The stream refused some: they wait again before all others. Gives how long nothing of the queue is put. */
  refused(queued: readonly Queued[], now: number, random: Random): number {
    this.#putBack(queued)
    this.#refusals++
    this.refusedSince ??= now
    const pauseMs = backoffMs(this.#refusals, random)
    this.#pausedUntil = now + pauseMs
    return pauseMs
  }

  /** Gives up all that wait. */
  drain(): readonly Queued[] {
    const waiting = this.#waiting.slice(this.#at)
    this.#waiting = []
    this.#at = 0
    return waiting
  }

  /** PutRecords may take a later record and refuse an earlier one, so no two of a key are in one call. */
  #mustNotOvertake(): boolean {
    if (!this.#rules.ordered) return false
    if (this.#rules.aggregates) return this.#underWay.size > 0
    return this.#underWay.has(this.#waiting[this.#at]!.record.partitionKey)
  }

  #putBack(queued: readonly Queued[]): void {
    this.#waiting = [...queued, ...this.#waiting.slice(this.#at)]
    this.#at = 0
  }

  #single(roomBytes: number): Parcel | undefined {
    const sizeBytes = plainBytes(this.#waiting[this.#at]!.record)
    return sizeBytes > roomBytes ? undefined : this.#take(1, sizeBytes)
  }

  #aggregate(roomBytes: number): Parcel | undefined {
    const size = new AggregateSize()
    const limit = (count: number) => (count === 0 ? roomBytes : Math.min(aggregateBytes, roomBytes))
    let count = 0
    for (; this.#at + count < this.#waiting.length; count++) {
      const { record } = this.#waiting[this.#at + count]!
      if (size.with(record) + aggregateKey.length > limit(count)) break
      size.add(record)
    }
    return count === 0 ? undefined : this.#take(count, size.sizeBytes + aggregateKey.length)
  }

  #take(count: number, sizeBytes: number): Parcel {
    const queued = this.#waiting.slice(this.#at, this.#at + count)
    this.#at += count
    if (this.empty) this.drain()
    else if (this.#at > 4096 && 2 * this.#at > this.#waiting.length) this.#putBack([])
    return { queue: this, queued, sizeBytes }
  }
}
