import { isAfter } from '../sequence-position.ts'
import type { ArchivedShard, Segment } from './archive-index.ts'
import type { ArchiveRow } from './archive-row.ts'
import type { ParquetRows, RowGroup } from './parquet-rows.ts'

/** So much row groups may weigh that are kept: shards are read at about the same pace, and want the same ones. */
const mostKeptBytes = 128 * 2 ** 20
/** What a row weighs besides its data, about. */
const rowBytes = 300
/** So many rows a page has, and those that complete the last record. */
const rowsPerPage = 10_000

/** A row group that was read, or is about to be. */
interface KeptGroup {
  readonly rows: Promise<ReadonlyMap<string, readonly ArchiveRow[]>>
  /** 0 until it is there. */
  sizeBytes: number
}

/** Reads the rows of shards in their order, one row group at a time. */
export class ArchiveReader {
  readonly #parquet: Pick<ParquetRows, 'rows'>
  /** The one that was used last comes last. */
  readonly #groups = new Map<RowGroup, KeptGroup>()
  #turn: Promise<void> = Promise.resolve()

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
    for (let at = firstWanted(shard.segments, wanted); at < shard.segments.length; at += 1) {
      const segment = shard.segments[at]!
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
    const kept = this.#groups.get(group) ?? this.#load(group)
    this.#groups.delete(group)
    this.#groups.set(group, kept)
    try {
      return (await kept.rows).get(shard) ?? []
    } catch (error) {
      this.#groups.delete(group)
      throw error
    }
  }

  #load(group: RowGroup): KeptGroup {
    const reading = this.#turn.then(() => this.#parquet.rows(group))
    const kept: KeptGroup = { rows: reading.then(byShard), sizeBytes: 0 }
    const arrived = (rows: readonly ArchiveRow[]) => {
      kept.sizeBytes = rows.reduce((sum, { data }) => sum + data.length + rowBytes, 0)
      this.#letGo()
    }
    this.#turn = reading.then(arrived, () => undefined)
    return kept
  }

  #letGo(): void {
    let keptBytes = [...this.#groups.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    for (const [oldest, { sizeBytes }] of this.#groups) {
      if (keptBytes <= mostKeptBytes || this.#groups.size === 1) return
      this.#groups.delete(oldest)
      keptBytes -= sizeBytes
    }
  }
}

function byShard(all: readonly ArchiveRow[]): ReadonlyMap<string, readonly ArchiveRow[]> {
  const shards = new Map<string, ArchiveRow[]>()
  for (const row of all) {
    const rows = shards.get(row.shard)
    if (rows === undefined) shards.set(row.shard, [row])
    else rows.push(row)
  }
  return shards
}

/** Segments come in their order, so that those which are not wanted any more come first. */
function firstWanted(segments: readonly Segment[], wanted: (sequenceNumber: string) => boolean): number {
  let [from, to] = [0, segments.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (wanted(segments[middle]!.last)) to = middle
    else from = middle + 1
  }
  return from
}

/** A page ends with a whole record. */
function endOfPage(rows: readonly ArchiveRow[]): number {
  let end = Math.min(rows.length, rowsPerPage)
  while (end < rows.length && rows[end]!.sequenceNumber === rows[end - 1]!.sequenceNumber) end += 1
  return end
}
