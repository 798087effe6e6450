import { isAfter } from '../sequence-position.ts'
import type { ArchivedShard, Segment } from './archive-index.ts'
import type { ArchiveRow } from './archive-row.ts'
import type { ParquetRows, RowGroup } from './parquet-rows.ts'

/** Shards are read at about the same pace, so that they want the same row groups. */
const groupsKept = 4
/** So many rows a page has, and those that complete the last record. */
const rowsPerPage = 10_000

/** Reads the rows of shards in their order. */
export class ArchiveReader {
  readonly #parquet: Pick<ParquetRows, 'rows'>
  readonly #groups = new Map<RowGroup, Promise<ReadonlyMap<string, readonly ArchiveRow[]>>>()

  constructor(parquet: Pick<ParquetRows, 'rows'>) {
    this.#parquet = parquet
  }

  /** Whole records of a shard after a sequence number, or from it on; none if there are no more. */
  async rows(
    shard: ArchivedShard,
    from: string | undefined,
    inclusive: boolean,
  ): Promise<readonly ArchiveRow[]> {
    const wanted = (sequenceNumber: string) =>
      from === undefined || isAfter(sequenceNumber, from) || (inclusive && sequenceNumber === from)
    const { last } = shard
    const whole = ({ sequenceNumber }: ArchiveRow) => last !== undefined && !isAfter(sequenceNumber, last)
    const rows: ArchiveRow[] = []
    for (const segment of shard.segments) {
      if (!wanted(segment.last)) continue
      if (rows.length >= rowsPerPage && rows.at(-1)!.sequenceNumber !== segment.first) break
      for (const row of await this.#rowsOf(segment, shard.id))
        if (wanted(row.sequenceNumber) && whole(row)) rows.push(row)
      if (rows.length > 0 && !rows.at(-1)!.more) break
    }
    // An archive whose oldest files are deleted may begin within an aggregated record.
    const begun = from === undefined ? rows.findIndex(({ subSequence }) => subSequence === 0) : 0
    return rows.slice(Math.max(0, begun), endOfPage(rows))
  }

  async #rowsOf({ group }: Segment, shard: string): Promise<readonly ArchiveRow[]> {
    const known = this.#groups.get(group)
    const loading = known ?? this.#load(group)
    // The one that was used last is deleted last.
    this.#groups.delete(group)
    this.#groups.set(group, loading)
    for (const oldest of this.#groups.keys()) {
      if (this.#groups.size <= groupsKept) break
      this.#groups.delete(oldest)
    }
    try {
      return (await loading).get(shard) ?? []
    } catch (error) {
      this.#groups.delete(group)
      throw error
    }
  }

  async #load(group: RowGroup): Promise<ReadonlyMap<string, readonly ArchiveRow[]>> {
    const byShard = new Map<string, ArchiveRow[]>()
    for (const row of await this.#parquet.rows(group)) {
      const rows = byShard.get(row.shard)
      if (rows === undefined) byShard.set(row.shard, [row])
      else rows.push(row)
    }
    return byShard
  }
}

/** A page ends with a whole record. */
function endOfPage(rows: readonly ArchiveRow[]): number {
  let end = Math.min(rows.length, rowsPerPage)
  while (end < rows.length && rows[end]!.sequenceNumber === rows[end - 1]!.sequenceNumber) end += 1
  return end
}
