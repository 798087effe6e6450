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
  readonly last: string
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

/** So many files are looked through ahead of the one that is joined: a bucket answers each request after a while. */
const filesAhead = 3

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
  const looking: Promise<readonly GroupFacts[]>[] = []
  try {
    for (const file of files) {
      looking.push(lookThrough(file, parquet))
      if (looking.length > filesAhead) joinAll(shards, await looking.shift()!)
    }
    while (looking.length > 0) joinAll(shards, await looking.shift()!)
    return shards
  } finally {
    await Promise.allSettled(looking)
  }
}

/** What a row group says of the shards in it. */
interface GroupFacts {
  readonly group: RowGroup
  readonly shards: ReadonlyMap<string, ShardFacts>
}

interface ShardFacts {
  readonly of: ArchiveRow
  readonly parents: Set<string>
  last: string
  /** The last record that ends in the group, if any does. */
  whole: string | undefined
  /** One that goes on after the group. */
  begun: string | undefined
}

async function lookThrough(
  file: string,
  parquet: Pick<ParquetRows, 'groupsOf' | 'rows'>,
): Promise<readonly GroupFacts[]> {
  const looked: GroupFacts[] = []
  for (const group of await parquet.groupsOf(file)) {
    const shards = new Map<string, ShardFacts>()
    for (const row of await parquet.rows(group, columns)) note(shards, group, row)
    looked.push({ group, shards })
  }
  return looked
}

function note(shards: Map<string, ShardFacts>, group: RowGroup, row: ArchiveRow): void {
  const { shard, sequenceNumber, parents, more } = row
  const known = shards.get(shard)
  const facts = known ?? newFacts(row)
  if (known === undefined) shards.set(shard, facts)
  assertInOrder(facts.last, row, group)
  for (const parent of parents.split(',')) if (parent !== '') facts.parents.add(parent)
  facts.last = sequenceNumber
  facts.begun = more ? sequenceNumber : undefined
  if (!more) facts.whole = sequenceNumber
}

function joinAll(shards: Map<string, ArchivedShard>, looked: readonly GroupFacts[]): void {
  for (const { group, shards: inGroup } of looked)
    for (const facts of inGroup.values()) {
      const shard = shards.get(facts.of.shard) ?? newShard(facts.of)
      shards.set(shard.id, shard)
      assertInOrder(shard.begun ?? shard.last, facts.of, group)
      for (const parent of facts.parents) shard.parents.add(parent)
      shard.segments.push({ group, first: facts.of.sequenceNumber, last: facts.last })
      shard.begun = facts.begun
      shard.last = facts.whole ?? shard.last
    }
}

function assertInOrder(
  newest: string | undefined,
  { shard, sequenceNumber }: ArchiveRow,
  { file }: RowGroup,
): void {
  if (newest === undefined || sequenceNumber === newest || isAfter(sequenceNumber, newest)) return
  throw new MillraceError('SOURCE_FAILED', 'the records of a shard are out of order in the archive', {
    where: { file, shard, sequenceNumber },
  })
}

function newFacts(of: ArchiveRow): ShardFacts {
  return { of, parents: new Set(), last: of.sequenceNumber, whole: undefined, begun: undefined }
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
