import { DecodedRecords, type Decoding } from './decoded-records.ts'
import type { StoredRecord, StoredRecords } from './kinesis-api.ts'
import type { AggregatedRecord } from './kpl/aggregated-record.ts'
import type { Opened } from './kpl/aggregation.ts'
import { RecordIds } from './kpl/record-id.ts'
import type { SequencePosition } from './sequence-position.ts'

/** Records that are handed over together. */
export interface Portion<T> {
  readonly records: DecodedRecords<T>
  /** The last of them, decodable or not, or the last that was discarded; `undefined` if there was none. */
  readonly after: SequencePosition | undefined
  /** When the last of them arrived. */
  readonly arrivedAt: number | undefined
  /** What they weighed when they came in. */
  readonly sizeBytes: number
  /** Whether the page has more, and what that weighs. */
  readonly more: boolean
  readonly restBytes: number
}

/** How a page is taken apart. */
export interface Unpacking<T> extends Decoding<T> {
  readonly open: (record: StoredRecord) => Opened
  /** So many records a portion holds at most. */
  readonly portion: number
  /** Whether user records are given the ids that tell repeats. */
  readonly identified: boolean
}

/**
 * The records of one page that were not handed over yet. They go in portions: GetRecords brings ten thousand records at
 * most, but aggregated records can hold a million.
 */
export class UnreadRecords<T> {
  readonly #records: StoredRecords
  readonly #unpacking: Unpacking<T>
  /** The record that comes next, and how many of its user records have been taken. */
  #at = 0
  #taken: number
  /** Set if that is not none of them. */
  #aggregate: AggregatedRecord | undefined
  #ids: RecordIds | undefined
  #leftBytes: number
  #last: SequencePosition | undefined

  /** `sizeBytes` is what the page weighs; `taken` user records of the first record were taken before. */
  constructor(records: StoredRecords, sizeBytes: number, taken: number, unpacking: Unpacking<T>) {
    this.#records = records
    this.#leftBytes = sizeBytes
    this.#taken = taken
    this.#unpacking = unpacking
  }

  take(): Portion<T> {
    const [from, fromByte] = [this.#at, this.#byte]
    const decoded = new DecodedRecords(this.#unpacking)
    for (; this.#at < this.#records.length && decoded.size < this.#unpacking.portion; this.#at++) {
      const record = this.#records.at(this.#at)!
      const opened = this.#aggregate ?? this.#unpacking.open(record)
      if (opened === undefined) decoded.add(record)
      else if (opened !== 'stray') this.#takeFrom(opened, record, decoded)
      if (this.#aggregate !== undefined) break
      this.#taken = 0
    }
    const more = this.#at < this.#records.length
    const last = this.#lastTaken()
    const sizeBytes = this.#weigh(from, fromByte, more)
    return {
      records: decoded,
      after: last && this.#positionIn(last),
      arrivedAt: last?.arrivalTime,
      sizeBytes,
      more,
      restBytes: this.#leftBytes,
    }
  }

  /** The record that was taken last, whole or in part. */
  #lastTaken(): StoredRecord | undefined {
    if (this.#aggregate !== undefined) return this.#records.at(this.#at)
    return this.#at > 0 ? this.#records.at(this.#at - 1) : undefined
  }

  #takeFrom(aggregate: AggregatedRecord, record: StoredRecord, decoded: DecodedRecords<T>): void {
    const { sequenceNumber, arrivalTime } = record
    const last = aggregate.size - 1
    const end = Math.min(aggregate.size, this.#taken + this.#unpacking.portion - decoded.size)
    if (this.#aggregate === undefined)
      this.#ids = this.#unpacking.identified ? new RecordIds(aggregate) : undefined
    for (let subSequence = this.#taken; subSequence < end; subSequence++) {
      const partitionKey = aggregate.partitionKey(subSequence)
      const data = aggregate.data(subSequence)
      const more = subSequence < last
      const part = { sequenceNumber, arrivalTime, partitionKey, data, subSequence, more }
      decoded.addPart(part, more, this.#ids?.at(subSequence))
    }
    const more = end <= last
    this.#aggregate = more ? aggregate : undefined
    this.#taken = end
    this.#last = { sequenceNumber, subSequence: Math.max(0, end - 1), more }
  }

  /** After a record, or after what was taken of it. */
  #positionIn({ sequenceNumber }: StoredRecord): SequencePosition {
    const inAggregate = this.#last?.sequenceNumber === sequenceNumber
    return inAggregate ? this.#last! : { sequenceNumber, subSequence: 0, more: false }
  }

  /** How many bytes of the next record have been taken. */
  get #byte(): number {
    return this.#aggregate?.endOf(this.#taken - 1) ?? 0
  }

  #weigh(from: number, fromByte: number, more: boolean): number {
    let weight = this.#leftBytes
    if (more) {
      weight = this.#byte - fromByte
      for (let at = from; at < this.#at; at++) weight += this.#records.at(at)!.data.length
    }
    this.#leftBytes -= weight
    return weight
  }
}

/** The same records without so many at their beginning. */
export function withoutFirst(records: StoredRecords, count: number): StoredRecords {
  if (count === 0) return records
  return { length: Math.max(0, records.length - count), at: (index) => records.at(index + count) }
}
