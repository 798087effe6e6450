import { decimal } from '../kpl/hash-key.ts'
import { writeAggregate } from '../kpl/write-aggregate.ts'
import { aggregateKey } from './outgoing-record.ts'
import type { Parcel, ShardQueue } from './shard-queue.ts'
import type { PutEntry } from './sink-api.ts'

const mostEntries = 500
const mostBytes = 10 * 2 ** 20

/** What the next PutRecords carries: in turn a parcel of each queue, as long as there is room and queues give any. */
export function composeCall(queues: readonly ShardQueue[], now: number): Parcel[] {
  const parcels: Parcel[] = []
  let roomBytes = mostBytes
  for (let before = -1; before < parcels.length && parcels.length < mostEntries; ) {
    before = parcels.length
    for (const queue of queues) {
      const parcel = parcels.length < mostEntries ? queue.next(now, roomBytes) : undefined
      if (parcel === undefined) continue
      parcels.push(parcel)
      roomBytes -= parcel.sizeBytes
    }
  }
  return parcels
}

/** A parcel as PutRecords takes it. A record alone goes as it is, unless it has an id to carry. */
export function entryOf({ queued }: Parcel): PutEntry {
  const records = queued.map(({ record }) => record)
  const [first] = records
  if (first === undefined) throw new RangeError('a parcel without records')
  if (records.length > 1 || first.id !== undefined) {
    return {
      data: writeAggregate(records),
      partitionKey: aggregateKey,
      explicitHashKey: decimal(first.hashKey),
    }
  }
  const { data, partitionKey, explicitHashKey } = first
  return { data, partitionKey, explicitHashKey }
}
