import type { HashRange } from '../hash-range.ts'
import { type DecodeRecord, type KinesisRecord, wholeRecord } from '../whole-record.ts'

/** A record as an archive keeps it: a row of plain columns. */
export interface ArchiveRow {
  readonly shard: string
  /** The shards that its shard continues, with commas between them. */
  readonly parents: string
  readonly hashStart: string
  readonly hashEnd: string
  readonly sequenceNumber: string
  readonly subSequence: number
  /** Whether others of the same aggregated record follow. */
  readonly more: boolean
  /** When it arrived, in milliseconds since 1970. */
  readonly arrival: number
  /** Empty if it was put without one, which no partition key is. */
  readonly partitionKey: string
  /** How `data` stands there: as text, if it is UTF-8. */
  readonly encoding: 'utf8' | 'base64'
  readonly data: string
}

/** The columns of an archive, for `parquet(…)`. */
export const archiveColumns = {
  shard: 'string',
  parents: 'string',
  hashStart: 'string',
  hashEnd: 'string',
  sequenceNumber: 'string',
  subSequence: 'int32',
  more: 'boolean',
  arrival: 'timestamp',
  partitionKey: 'string',
  encoding: 'string',
  data: 'string',
} as const

/**
 * A `decode` for {@link kinesisSource} that makes each record a row of an archive. A sink that writes {@link archiveColumns}
 * to Parquet, without `partitionBy`, keeps what {@link folderArchive} reads again.
 *
 * @example
 * kinesisSource({ stream: 'orders', startAt: 'trim-horizon', decode: archiveRow() })
 */
export function archiveRow(): DecodeRecord<ArchiveRow> {
  return wholeRecord(rowOf)
}

function rowOf(record: KinesisRecord): ArchiveRow {
  const { shard, parents, hashRange, sequenceNumber, subSequence, more, arrivalTime, partitionKey } = record
  return {
    ...{ shard, parents: parents.join(','), hashStart: hashRange.start, hashEnd: hashRange.end },
    ...{ sequenceNumber, subSequence, more, arrival: arrivalTime, partitionKey: partitionKey ?? '' },
    ...encoded(record.data),
  }
}

function encoded(data: Uint8Array): Pick<ArchiveRow, 'encoding' | 'data'> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return { encoding: 'utf8', data: text }
  return { encoding: 'base64', data: bytes.toString('base64') }
}

/** The bytes that {@link archiveRow} was given. */
export function dataOf({ encoding, data }: Pick<ArchiveRow, 'encoding' | 'data'>): Uint8Array {
  return Buffer.from(data, encoding)
}

export function rangeOf({ hashStart, hashEnd }: Pick<ArchiveRow, 'hashStart' | 'hashEnd'>): HashRange {
  return { start: hashStart, end: hashEnd }
}
