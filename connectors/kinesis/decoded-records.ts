import type { RefusedByCodec } from '../../src/contract/source.ts'
import type { StoredRecord } from './kinesis-api.ts'
import type { RecordId } from './kpl/record-id.ts'
import { formatPosition } from './sequence-position.ts'

/** How records become values, and what is said of those that do not. */
export interface Decoding<T> {
  /** Throws for a record that it refuses. */
  readonly decode: (record: StoredRecord) => T
  readonly source: string
  readonly split: string
}

/** Records as the engine takes them. `values` and `arrivalTimes` go together; the refused ones stand apart. */
export class DecodedRecords<T> {
  readonly values: T[] = []
  readonly arrivalTimes: number[] = []
  readonly undecodable: RefusedByCodec[] = []
  /** Ids of values, where they have one and it was given; shorter than `values` when the last have none. */
  readonly ids: (RecordId | undefined)[] = []
  readonly undecodableIds: (RecordId | undefined)[] = []
  readonly #sequenceNumbers: string[] = []
  /** Of user records; of others 0, or nothing at the end. Inverted (`~`) where more of the same aggregate follow. */
  readonly #subSequences: number[] = []
  readonly #decoding: Decoding<T>

  constructor(decoding: Decoding<T>) {
    this.#decoding = decoding
  }

  get size(): number {
    return this.values.length + this.undecodable.length
  }

  /** Decodes a record that stands for itself. One that is refused never stops the others. */
  add(record: StoredRecord): void {
    try {
      this.values.push(this.#decoding.decode(record))
      this.arrivalTimes.push(record.arrivalTime)
      this.#sequenceNumbers.push(record.sequenceNumber)
    } catch (error) {
      this.#refuse(record, error, false)
    }
  }

  /** Decodes a user record, which may have `more` of its aggregate after it, and an id to know it by. */
  addPart(record: StoredRecord & { readonly subSequence: number }, more: boolean, id?: RecordId): void {
    const { subSequence } = record
    const before = this.values.length
    try {
      this.values.push(this.#decoding.decode(record))
      this.arrivalTimes.push(record.arrivalTime)
      this.#sequenceNumbers.push(record.sequenceNumber)
      while (this.#subSequences.length < before) this.#subSequences.push(0)
      this.#subSequences.push(more ? ~subSequence : subSequence)
      if (id !== undefined) put(this.ids, before, id)
    } catch (error) {
      this.#refuse(record, error, more)
      if (id !== undefined) put(this.undecodableIds, this.undecodable.length - 1, id)
    }
  }

  readonly positionOf = (index: number): string => {
    const [sequenceNumber, place] = [this.#sequenceNumbers[index]!, this.#subSequences[index] ?? 0]
    const more = place < 0
    return formatPosition({ sequenceNumber, subSequence: more ? ~place : place, more })
  }

  #refuse(record: StoredRecord, error: unknown, more: boolean): void {
    const { sequenceNumber, subSequence = 0 } = record
    const { source, split } = this.#decoding
    this.undecodable.push({
      data: Uint8Array.from(record.data),
      reason: error instanceof Error ? error.message : String(error),
      arrivalTime: record.arrivalTime,
      source,
      split,
      position: formatPosition({ sequenceNumber, subSequence, more }),
      before: this.values.length,
      cause: error,
    })
  }
}

/** Keeps the list dense, which is faster than one with holes. */
function put<T>(list: (T | undefined)[], index: number, value: T): void {
  while (list.length < index) list.push(undefined)
  list.push(value)
}
