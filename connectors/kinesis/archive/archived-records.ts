import { MillraceError } from '../../../src/errors.ts'
import type { StoredRecord } from '../kinesis-api.ts'
import { writeAggregate } from '../kpl/write-aggregate.ts'
import { type ArchiveRow, dataOf } from './archive-row.ts'

/**
 * Rows of a shard as the records that they were: rows of one sequence number become an aggregated record again, so that
 * positions mean the same in the archive and in the stream.
 *
 * @throws MillraceError `DATA_LOST` if a row of an aggregated record is missing.
 */
export function archivedRecords(rows: readonly ArchiveRow[]): StoredRecord[] {
  const records: StoredRecord[] = []
  for (let from = 0; from < rows.length; ) {
    let end = from + 1
    while (end < rows.length && rows[end]!.sequenceNumber === rows[from]!.sequenceNumber) end += 1
    records.push(recordOf(rows.slice(from, end)))
    from = end
  }
  return records
}

function recordOf(rows: readonly ArchiveRow[]): StoredRecord {
  const [first] = rows as readonly [ArchiveRow, ...ArchiveRow[]]
  const missing = rows.findIndex(({ subSequence }, index) => subSequence !== index)
  if (missing !== -1 || rows.at(-1)!.more)
    throw new MillraceError('DATA_LOST', 'the archive lacks a record of an aggregated one', {
      where: { shard: first.shard, sequenceNumber: first.sequenceNumber },
    })
  const { sequenceNumber, partitionKey } = first
  return {
    sequenceNumber,
    arrivalTime: Number(first.arrival),
    partitionKey: partitionKey === '' ? undefined : partitionKey,
    data: rows.length === 1 ? dataOf(first) : aggregateOf(rows),
  }
}

/** They were in the shard, whatever their hash keys were. */
function aggregateOf(rows: readonly ArchiveRow[]): Uint8Array {
  return writeAggregate(
    rows.map((row) => ({
      data: dataOf(row),
      partitionKey: row.partitionKey,
      explicitHashKey: row.hashStart,
    })),
  )
}
