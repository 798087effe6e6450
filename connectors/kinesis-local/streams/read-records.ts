import { recordSize } from '../log/record-layout.ts'
import type { Slice } from '../log/shard-log.ts'
import type { Shard } from './shard.ts'

/** The records of a shard from a counter on, and where the next ones are. */
export interface ReadRecords {
  readonly slices: readonly Slice[]
  /** Keys and data together. */
  readonly sizeBytes: number
  /** The counter of the record to read next. */
  readonly counter: number
  /** Whether the shard is closed and none follows. */
  readonly ended: boolean
  /** How old the next record is: 0 only if every record has been read. */
  readonly millisBehindLatest: number
}

/** Reads on; where records have expired, from the oldest one on. One record may have more than `maxBytes`. */
export function readRecords(
  shard: Shard,
  from: number,
  maxRecords: number,
  maxBytes: number,
  now: number,
): ReadRecords {
  const start = Math.min(Math.max(from, shard.log.oldest), shard.log.next)
  const slices = shard.log.read(start, maxRecords, maxBytes)
  const counter = start + slices.reduce((sum, slice) => sum + slice.to - slice.from, 0)
  return {
    slices,
    sizeBytes: slices.reduce((sum, slice) => sum + sizeOf(slice), 0),
    counter,
    ended: !shard.open && counter >= shard.log.next,
    millisBehindLatest: millisBehind(shard, counter, now),
  }
}

function millisBehind(shard: Shard, counter: number, now: number): number {
  return counter < shard.log.next ? Math.max(1, now - shard.log.arrivalMsAt(counter)) : 0
}

function sizeOf({ segment, from, to }: Slice): number {
  const { bytes } = segment
  let sum = 0
  for (let index = from; index < to; index++) sum += recordSize(bytes, segment.placeOf(index))
  return sum
}
