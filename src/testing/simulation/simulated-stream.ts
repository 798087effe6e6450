import { createHash } from 'node:crypto'
import type { VirtualTime } from '../virtual-time.ts'
import type { Chance } from './chance.ts'

/** A record of a simulated stream. */
export interface SimulatedRecord {
  readonly sequenceNumber: string
  readonly arrivalTime: number
  readonly partitionKey: string
  readonly data: Uint8Array
}

/** A shard of a simulated stream. Both ends of its hash keys are in it. */
export interface SimulatedShard {
  readonly id: string
  readonly parents: readonly string[]
  readonly start: bigint
  readonly end: bigint
  readonly createdAt: number
  /** Its creation in the numbers of its records, in seconds: later than in those of its parents, so ahead of time. */
  readonly numberedFrom: number
  /** A number before those of its records. */
  readonly startingSequenceNumber: string
  /** Before this time no listing has it, nor what comes of it. */
  readonly listedFrom: number
  readonly records: SimulatedRecord[]
  closedAt: number | undefined
}

const lastHashKey = 2n ** 128n - 1n
const longestListingLagMs = 20_000

/** A Kinesis stream as the service has it, while it is put to, split and merged. */
export class SimulatedStream {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  readonly shards = new Map<string, SimulatedShard>()
  /** Tells a subscription to a shard from those before it. */
  readonly subscriptions = new Map<string, number>()
  /** For so long it keeps records, and a shard after its end. */
  readonly retentionMs: number
  readonly #time: VirtualTime
  #numbers = 0

  constructor(name: string, time: VirtualTime, shards: number, retentionMs = 86_400_000) {
    this.name = name
    this.retentionMs = retentionMs
    this.arn = `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`
    this.#time = time
    this.createdAt = time.now
    const width = (lastHashKey + 1n) / BigInt(shards)
    for (let index = 0n; index < shards; index += 1n) {
      const end = index === BigInt(shards) - 1n ? lastHashKey : (index + 1n) * width - 1n
      this.#open([], index * width, end, 0)
    }
  }

  get now(): number {
    return this.#time.now
  }

  /** Gives the shard that has the record. */
  put(partitionKey: string, data: Uint8Array): SimulatedShard {
    const hashKey = hashKeyOf(partitionKey)
    const shard = this.openShards.find(({ start, end }) => start <= hashKey && hashKey <= end)!
    shard.records.push({
      sequenceNumber: this.#number(shard.numberedFrom),
      arrivalTime: this.now,
      partitionKey,
      data,
    })
    return shard
  }

  get openShards(): readonly SimulatedShard[] {
    return [...this.shards.values()].filter(({ closedAt }) => closedAt === undefined)
  }

  /** How many of a shard's records have expired. */
  expiredOf({ records }: SimulatedShard): number {
    const kept = records.findIndex(({ arrivalTime }) => arrivalTime >= this.now - this.retentionMs)
    return kept < 0 ? records.length : kept
  }

  /** Whether a shard was gone at a time: it has ended, and all that was in it has expired. */
  isGone({ closedAt = Number.POSITIVE_INFINITY }: SimulatedShard, at = this.now): boolean {
    return closedAt < at - this.retentionMs
  }

  childrenOf(id: string): readonly SimulatedShard[] {
    return [...this.shards.values()].filter(({ parents }) => parents.includes(id))
  }

  /** Splits a shard, or merges two that lie side by side. Gives it in words. */
  reshard(chance: Chance): string {
    const open = [...this.openShards].sort((a, b) => (a.start < b.start ? -1 : 1))
    // A listing may show new shards at once, or after a while.
    const lagMs = chance.in(0.5) ? chance.between(0, longestListingLagMs) : 0
    if (open.length > 1 && chance.in(open.length > 3 ? 0.8 : 0.4)) {
      const place = chance.between(0, open.length - 2)
      const [lower, upper] = [open[place]!, open[place + 1]!]
      lower.closedAt = this.now
      upper.closedAt = this.now
      const child = this.#open([lower.id, upper.id], lower.start, upper.end, lagMs)
      return `${lower.id} and ${upper.id} are merged to ${child.id}, listed after ${lagMs} ms`
    }
    const parent = chance.oneOf(open)
    parent.closedAt = this.now
    const middle = (parent.start + parent.end) / 2n
    const left = this.#open([parent.id], parent.start, middle, lagMs)
    const right = this.#open([parent.id], middle + 1n, parent.end, lagMs)
    return `${parent.id} is split to ${left.id} and ${right.id}, listed after ${lagMs} ms`
  }

  #open(parents: readonly string[], start: bigint, end: bigint, lagMs: number): SimulatedShard {
    const numberedFrom = this.#numberedFrom(parents)
    const shard = {
      id: `shardId-${String(this.shards.size).padStart(12, '0')}`,
      parents,
      start,
      end,
      createdAt: this.now,
      numberedFrom,
      startingSequenceNumber: this.#number(numberedFrom),
      listedFrom: this.#listedFrom(parents, lagMs),
      records: [],
      closedAt: undefined,
    }
    this.shards.set(shard.id, shard)
    return shard
  }

  #numberedFrom(parents: readonly string[]): number {
    const earlier = parents.map((parent) => this.shards.get(parent)!.numberedFrom)
    return Math.max(Math.floor(this.now / 1000), ...earlier.map((seconds) => seconds + 1))
  }

  #listedFrom(parents: readonly string[], lagMs: number): number {
    if (parents.length === 0) return Number.NEGATIVE_INFINITY
    return Math.max(this.now + lagMs, ...parents.map((parent) => this.shards.get(parent)!.listedFrom))
  }

  /** Of version 2, which tells its time. */
  #number(numberedFrom: number): string {
    this.#numbers += 1
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
    const seconds = hex(Math.floor(this.now / 1000), 9)
    const digits = `2${hex(numberedFrom, 9)}0${hex(this.#numbers, 16)}00${seconds}${hex(0, 8)}2`
    return BigInt(`0x${digits}`).toString()
  }
}

export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`)
}
