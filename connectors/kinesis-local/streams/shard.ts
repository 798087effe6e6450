import type { ShardLog } from '../log/shard-log.ts'
import type { HashKeyRange } from './hash-key.ts'
import { SequenceDigits } from './sequence-digits.ts'
import { formatSequenceNumber, parseSequenceNumber } from './sequence-number.ts'
import type { Throughput } from './throughput.ts'

/** What never changes about a shard. */
export interface ShardDescription {
  readonly index: number
  readonly createdMs: number
  readonly range: HashKeyRange
}

/** One shard: its place in the stream, its records and its capacity. */
export class Shard {
  readonly index: number
  readonly id: string
  readonly createdMs: number
  readonly range: HashKeyRange
  readonly log: ShardLog
  readonly throughput: Throughput

  constructor({ index, createdMs, range }: ShardDescription, log: ShardLog, throughput: Throughput) {
    this.index = index
    this.id = shardIdOf(index)
    this.createdMs = createdMs
    this.range = range
    this.log = log
    this.throughput = throughput
  }

  /** Below the numbers of all its records. */
  get startingSequenceNumber(): string {
    const { createdSeconds, index } = this
    return formatSequenceNumber({
      shardCreatedSeconds: createdSeconds,
      shardIndex: index,
      counter: 0n,
      seconds: createdSeconds,
    })
  }

  /** Makes the sequence numbers of this shard's records. */
  sequenceDigits(): SequenceDigits {
    return new SequenceDigits(this.createdSeconds, this.index)
  }

  /** The counter in a sequence number; `undefined` if the number is not of this shard, or lies in its future. */
  counterOf(sequenceNumber: string): number | undefined {
    const parts = parseSequenceNumber(sequenceNumber)
    if (parts?.shardIndex !== this.index || parts.shardCreatedSeconds !== this.createdSeconds)
      return undefined
    return parts.counter < BigInt(this.log.next) ? Number(parts.counter) : undefined
  }

  get createdSeconds(): number {
    return Math.floor(this.createdMs / 1000)
  }
}

export function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`
}
