import type { ShardLog } from '../log/shard-log.ts'
import type { HashKeyRange } from './hash-key.ts'
import { SequenceDigits } from './sequence-digits.ts'
import { formatSequenceNumber, lastCounter, parseSequenceNumber } from './sequence-number.ts'
import type { Subscribers } from './subscribers.ts'
import type { Throughput } from './throughput.ts'

/** What is known of a shard besides its records. */
export interface ShardDescription {
  readonly index: number
  readonly createdMs: number
  /**
   * The time that leads its sequence numbers: the second of its creation, or of a shard with parents the first that is
   * later than theirs and than their end.
   */
  readonly numberedFromSeconds: number
  readonly range: HashKeyRange
  /** The indices of the shards that ended for it: one after a split, two after a merge, the lower one first. */
  readonly parents: readonly number[]
  /** `null` while it is open. */
  readonly closedMs: number | null
}

/** What stays the same when a shard closes. */
export interface ShardParts {
  readonly log: ShardLog
  readonly throughput: Throughput
  readonly subscribers: Subscribers
}

/** One shard: its place in the stream, its records, its capacity and who is subscribed to it. */
export class Shard {
  readonly description: ShardDescription
  readonly index: number
  readonly id: string
  readonly range: HashKeyRange
  readonly log: ShardLog
  readonly throughput: Throughput
  readonly subscribers: Subscribers

  constructor(description: ShardDescription, parts: ShardParts) {
    this.description = description
    this.index = description.index
    this.id = shardIdOf(description.index)
    this.range = description.range
    this.log = parts.log
    this.throughput = parts.throughput
    this.subscribers = parts.subscribers
  }

  get open(): boolean {
    return this.description.closedMs === null
  }

  /** Whether it took records at this time. Ends count. */
  openAt(ms: number): boolean {
    const { createdMs, closedMs } = this.description
    return createdMs <= ms && (closedMs === null || closedMs >= ms)
  }

  /** Below the numbers of all its records. */
  get startingSequenceNumber(): string {
    return this.#sequenceNumber(0n, this.description.numberedFromSeconds)
  }

  /** Above the numbers of all its records; `undefined` while more may come. */
  get endingSequenceNumber(): string | undefined {
    const { closedMs } = this.description
    return closedMs === null ? undefined : this.#sequenceNumber(lastCounter, Math.floor(closedMs / 1000))
  }

  /** Makes the sequence numbers of this shard's records. */
  sequenceDigits(): SequenceDigits {
    return new SequenceDigits(this.description.numberedFromSeconds, this.index)
  }

  /**
   * The counter in a sequence number; `undefined` if the number is not of this shard, or lies in its future. Its end is
   * where the next record would be.
   */
  counterOf(sequenceNumber: string): number | undefined {
    const parts = parseSequenceNumber(sequenceNumber)
    if (parts?.shardIndex !== this.index) return undefined
    if (parts.shardCreatedSeconds !== this.description.numberedFromSeconds) return undefined
    if (sequenceNumber === this.endingSequenceNumber) return this.log.next
    return parts.counter < BigInt(this.log.next) ? Number(parts.counter) : undefined
  }

  /**
   * The counter of the first record whose sequence number is greater than this one, or equal if that is included;
   * `undefined` as for {@link counterOf}. No record needs to have the number itself.
   */
  counterFrom(sequenceNumber: string, included: boolean): number | undefined {
    const counter = this.counterOf(sequenceNumber)
    if (counter === undefined || counter < this.log.oldest || counter >= this.log.next) return counter
    const [named, actual] = [parseSequenceNumber(sequenceNumber)!.seconds, this.arrivalSecondsOf(counter)]
    return named < actual || (named === actual && included) ? counter : counter + 1
  }

  /** The sequence number of a record that arrived in this second. */
  numberOf(counter: number, seconds: number): string {
    return this.#sequenceNumber(BigInt(counter), seconds)
  }

  /** The second in which a record arrived that is retained. */
  arrivalSecondsOf(counter: number): number {
    return Math.floor(this.log.arrivalMsAt(counter) / 1000)
  }

  #sequenceNumber(counter: bigint, seconds: number): string {
    const { index, numberedFromSeconds } = this.description
    return formatSequenceNumber({
      shardCreatedSeconds: numberedFromSeconds,
      shardIndex: index,
      counter,
      seconds,
    })
  }
}

export function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`
}
