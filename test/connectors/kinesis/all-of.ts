import type { StoredRecord, StoredRecords } from '../../../connectors/kinesis/kinesis-api.ts'

export function allOf(records: StoredRecords): StoredRecord[] {
  return Array.from({ length: records.length }, (_, i) => records.at(i)!)
}
