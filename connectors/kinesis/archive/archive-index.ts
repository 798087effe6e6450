import { MillraceError } from '../../../src/errors.ts'
import type { HashRange } from '../hash-range.ts'
import { isAfter } from '../sequence-position.ts'
import type { ArchiveRow } from './archive-row.ts'
import { rangeOf } from './archive-row.ts'
import type { ParquetRows, RowGroup } from './parquet-rows.ts'

/** The records of a shard in a row group. */
export interface Segment {
  readonly group: RowGroup
  readonly first: string
  last: string
}

/** A shard as the archive knows it. */
export interface ArchivedShard {
  readonly id: string
  readonly parents: Set<string>
  readonly range: HashRange
  readonly segments: Segment[]
  /** The last record that is there whole; `undefined` if there is none. */
  last: string | undefined
  /** An aggregated record that is there in part: the rest is yet to be archived. */
  begun: string | undefined
}

/** The archived shards, by their ids. */
export type ArchiveIndex = ReadonlyMap<string, ArchivedShard>

const columns = ['shard', 'parents', 'hashStart', 'hashEnd', 'sequenceNumber', 'more'] as const

/**
 * Looks through an archive, in the order in which it was written. Reads what tells where records are, and no data.
 *
 * @throws MillraceError `SOURCE_FAILED` if records of a shard are out of order: no job of ours writes that.
 */
export async function indexArchive(
  files: readonly string[],
  parquet: Pick<ParquetRows, 'groupsOf' | 'rows'>,
): Promise<ArchiveIndex> {
  const shards = new Map<string, ArchivedShard>()
  for (const file of files) {
    for (const group of await parquet.groupsOf(file))
      for (const row of await parquet.rows(group, columns)) note(shards, group, row)
  }
  return shards
}

function note(shards: Map<string, ArchivedShard>, group: RowGroup, row: ArchiveRow): void {
  const { shard: id, sequenceNumber, parents, more } = row
  const shard = shards.get(id) ?? newShard(row)
  shards.set(id, shard)
  for (const parent of parents.split(',')) if (parent !== '') shard.parents.add(parent)
  const newest = shard.begun ?? shard.last
  if (newest !== undefined && sequenceNumber !== newest && !isAfter(sequenceNumber, newest))
    throw new MillraceError('SOURCE_FAILED', 'the records of a shard are out of order in the archive', {
      where: { file: group.file, shard: id, sequenceNumber },
    })
  const segment = shard.segments.at(-1)
  if (segment?.group === group) segment.last = sequenceNumber
  else shard.segments.push({ group, first: sequenceNumber, last: sequenceNumber })
  if (more) shard.begun = sequenceNumber
  else {
    shard.begun = undefined
    shard.last = sequenceNumber
  }
}

function newShard(row: ArchiveRow): ArchivedShard {
  return {
    id: row.shard,
    parents: new Set(),
    range: rangeOf(row),
    segments: [],
    last: undefined,
    begun: undefined,
  }
}

/** Whether the archive has a whole record of a shard after another; after none if that is `undefined`. */
export function hasAfter({ last }: ArchivedShard, sequenceNumber: string | undefined): boolean {
  if (last === undefined) return false
  return sequenceNumber === undefined || isAfter(last, sequenceNumber)
}
