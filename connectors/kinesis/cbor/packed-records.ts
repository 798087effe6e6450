import type { StoredRecord, StoredRecords } from '../kinesis-api.ts'

/** Where a record's strings begin and end in the bytes it came in, and when it arrived. */
export interface Place {
  readonly numberAt: number
  readonly numberEnd: number
  readonly dataAt: number
  readonly dataEnd: number
  /** -1 if there is no key. */
  readonly keyAt: number
  readonly keyEnd: number
  readonly arrivalTime: number
}

const columns = 8
const fewest = 64

/**
 * Records as they came over the wire, with a table of their places. A record becomes an object when it is asked for,
 * and that dies young: ten thousand records of six objects each cost more to collect than to read.
 */
export class PackedRecords implements StoredRecords {
  readonly #chunks: Buffer[] = []
  #table = new Float64Array(0)
  #length = 0
  /** Those that have no place, by their index. */
  readonly #loose = new Map<number, StoredRecord>()
  #sizeBytes = 0

  get length(): number {
    return this.#length
  }

  /** Data and keys together. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  at(index: number): StoredRecord | undefined {
    if (index < 0 || index >= this.#length) return undefined
    return this.#loose.get(index) ?? this.#unpacked(index * columns)
  }

  add(bytes: Buffer, place: Place): void {
    if (this.#chunks.at(-1) !== bytes) this.#chunks.push(bytes)
    const row = this.#newRow()
    const table = this.#table
    table[row] = this.#chunks.length - 1
    table[row + 1] = place.numberAt
    table[row + 2] = place.numberEnd
    table[row + 3] = place.dataAt
    table[row + 4] = place.dataEnd
    table[row + 5] = place.keyAt
    table[row + 6] = place.keyEnd
    table[row + 7] = place.arrivalTime
    this.#sizeBytes += place.dataEnd - place.dataAt + place.keyEnd - place.keyAt
  }

  addLoose(record: StoredRecord): void {
    this.#loose.set(this.#length, record)
    this.#newRow()
    this.#sizeBytes += record.data.length + (record.partitionKey?.length ?? 0)
  }

  #newRow(): number {
    const row = this.#length * columns
    if (row === this.#table.length) {
      const larger = new Float64Array(Math.max(fewest * columns, 2 * row))
      larger.set(this.#table)
      this.#table = larger
    }
    this.#length++
    return row
  }

  #unpacked(row: number): StoredRecord {
    const table = this.#table
    const bytes = this.#chunks[table[row]!]!
    const keyAt = table[row + 5]!
    return {
      sequenceNumber: bytes.toString('latin1', table[row + 1]!, table[row + 2]!),
      arrivalTime: table[row + 7]!,
      partitionKey: keyAt < 0 ? undefined : bytes.toString('utf8', keyAt, table[row + 6]!),
      data: bytes.subarray(table[row + 3]!, table[row + 4]!),
    }
  }
}
