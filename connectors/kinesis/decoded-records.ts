import type { Undecodable } from '../../src/contract/source.ts'
import type { StoredRecord } from './kinesis-api.ts'
import { formatPosition } from './sequence-position.ts'

/** Records as the engine takes them. `values` and `arrivalTimes` go together; the refused ones stand apart. */
export interface DecodedRecords<T> {
  readonly values: T[]
  readonly arrivalTimes: number[]
  positionOf(index: number): string
  readonly undecodable: Undecodable[]
}

/** Decodes each record. One that `decode` refuses never stops the others. */
export function decodeRecords<T>(
  records: readonly StoredRecord[],
  decode: (record: StoredRecord) => T,
  place: { readonly source: string; readonly split: string },
): DecodedRecords<T> {
  const values: T[] = []
  const arrivalTimes: number[] = []
  const sequenceNumbers: string[] = []
  const undecodable: Undecodable[] = []
  for (const record of records) {
    try {
      values.push(decode(record))
      arrivalTimes.push(record.arrivalTime)
      sequenceNumbers.push(record.sequenceNumber)
    } catch (error) {
      undecodable.push(refused(record, error, values.length, place))
    }
  }
  return { values, arrivalTimes, positionOf: (index) => formatPosition(sequenceNumbers[index]!), undecodable }
}

function refused(
  record: StoredRecord,
  error: unknown,
  before: number,
  place: { readonly source: string; readonly split: string },
): Undecodable {
  return {
    data: Uint8Array.from(record.data),
    reason: error instanceof Error ? error.message : String(error),
    arrivalTime: record.arrivalTime,
    ...place,
    position: formatPosition(record.sequenceNumber),
    before,
  }
}
