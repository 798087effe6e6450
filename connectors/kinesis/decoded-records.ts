import type { Undecodable } from '../../src/contract/source.ts'
import type { StoredRecord } from './kinesis-api.ts'
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
  readonly undecodable: Undecodable[] = []
  readonly #sequenceNumbers: string[] = []
  /** Inverted (`~`) where more of the same aggregate follow: a number costs less than a position. */
  readonly #subSequences: number[] = []
  readonly #decoding: Decoding<T>

  constructor(decoding: Decoding<T>) {
    this.#decoding = decoding
  }

  get size(): number {
    return this.values.length + this.undecodable.length
  }

  /** Decodes a record. One that is refused never stops the others. `more` of its aggregate may follow. */
  add(record: StoredRecord, more: boolean): void {
    const subSequence = record.subSequence ?? 0
    try {
      this.values.push(this.#decoding.decode(record))
      this.arrivalTimes.push(record.arrivalTime)
      this.#sequenceNumbers.push(record.sequenceNumber)
      this.#subSequences.push(more ? ~subSequence : subSequence)
    } catch (error) {
      const { sequenceNumber } = record
      this.#refuse(record, error, formatPosition({ sequenceNumber, subSequence, more }))
    }
  }

  readonly positionOf = (index: number): string => {
    const [sequenceNumber, place] = [this.#sequenceNumbers[index]!, this.#subSequences[index]!]
    const more = place < 0
    return formatPosition({ sequenceNumber, subSequence: more ? ~place : place, more })
  }

  #refuse(record: StoredRecord, error: unknown, position: string): void {
    const { source, split } = this.#decoding
    this.undecodable.push({
      data: Uint8Array.from(record.data),
      reason: error instanceof Error ? error.message : String(error),
      arrivalTime: record.arrivalTime,
      source,
      split,
      position,
      before: this.values.length,
    })
  }
}
