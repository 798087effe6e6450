import type { ArchivePlace } from '../../../src/contract/archive-place.ts'
import type { KinesisApi, ListedShard, RecordsPage, ShardFilter } from '../kinesis-api.ts'
import type { IteratorStart } from '../starting-position.ts'
import { archiveFiles } from './archive-files.ts'
import { type ArchiveIndex, hasAfter, indexArchive } from './archive-index.ts'
import { ArchiveReader } from './archive-reader.ts'
import { archivedRecords } from './archived-records.ts'
import { isWhole, joinedShards } from './joined-shards.ts'
import { ParquetRows } from './parquet-rows.ts'

/** Begins the iterators that stand in the archive. */
const mark = 'archive '

/**
 * A stream that has kept everything: what is in the archive comes from there, in the order of the sequence numbers, and what
 * follows from the stream itself. Where a shard goes over, its iterator expires, and a new one is asked for: so the
 * rules for one that was read long ago hold there too, and nothing that has expired in between is passed over.
 */
export class ArchivedApi implements KinesisApi {
  readonly #live: KinesisApi
  readonly #archive: ArchiveIndex
  readonly #reader: ArchiveReader
  readonly #now: () => number
  #joined: readonly ListedShard[] = []
  #liveIds: ReadonlySet<string> = new Set()

  private constructor(live: KinesisApi, archive: ArchiveIndex, reader: ArchiveReader, now: () => number) {
    this.#live = live
    this.#archive = archive
    this.#reader = reader
    this.#now = now
  }

  /** @throws MillraceError `OPTION_INVALID`, `DATA_LOST` or `SOURCE_FAILED` for what is no whole archive. */
  static async open(live: KinesisApi, place: ArchivePlace, now: () => number): Promise<ArchivedApi> {
    const parquet = new ParquetRows((name) => place.open(name))
    const archive = await indexArchive(await archiveFiles(place), parquet)
    return new ArchivedApi(live, archive, new ArchiveReader(parquet), now)
  }

  /** Whether what follows a record of a shard, or its beginning, is kept, however long ago it came. */
  readonly keeps = (id: string, after: string | undefined): boolean => {
    const shard = this.#archive.get(id)
    return shard !== undefined && (hasAfter(shard, after) || this.#isWhole(id))
  }

  /** Whether reading there asks nothing of the service. */
  isFree(iterator: string): boolean {
    return iterator.startsWith(mark)
  }

  describeStream: KinesisApi['describeStream'] = (signal) => this.#live.describeStream(signal)

  listShards: KinesisApi['listShards'] = async (page, signal) => {
    if ('next' in page || page.filter !== 'retained') return this.#live.listShards(page, signal)
    const live = await this.#listed(page.filter, signal)
    this.#liveIds = new Set(live.map(({ id }) => id))
    this.#joined = joinedShards(this.#archive, live)
    return { shards: this.#joined, next: undefined }
  }

  isBeside(id: string, start: IteratorStart): boolean {
    const shard = this.#archive.get(id)
    if (shard === undefined) return false
    return hasAfter(shard, numberIn(start)) || !this.#liveIds.has(id) || this.#isWhole(id)
  }

  async shardIterator(id: string, start: IteratorStart, signal: AbortSignal): Promise<string> {
    if (!this.isBeside(id, start)) return this.#live.shardIterator(id, start, signal)
    return `${mark}${id} ${start.kind === 'at' ? 'at' : 'after'} ${numberIn(start) ?? ''}`
  }

  async records(iterator: string, signal: AbortSignal): Promise<RecordsPage> {
    if (!iterator.startsWith(mark)) return this.#live.records(iterator, signal)
    const [, id = '', from, number] = iterator.split(' ')
    const rows = await this.#reader.rows(this.#archive.get(id)!, number || undefined, from === 'at')
    if (rows.length === 0) return this.#end(id)
    const { sequenceNumber, arrival } = rows.at(-1)!
    return {
      records: archivedRecords(rows),
      nextIterator: `${mark}${id} after ${sequenceNumber}`,
      // What follows in the archive or in the stream is later, so it is not caught up yet.
      behindMs: Math.max(1, this.#now() - Number(arrival)),
      children: [],
      sizeBytes: rows.reduce((sum, { data }) => sum + data.length, 0),
      serverTime: undefined,
    }
  }

  close(): void {
    this.#live.close()
  }

  /** The end of a shard, or of what the archive has of it. */
  #end(id: string): RecordsPage {
    if (!this.#isWhole(id)) {
      if (this.#liveIds.has(id))
        throw named('ExpiredIteratorException', 'the stream itself goes on from here')
      throw named('ResourceNotFoundException', `Shard ${id} has expired, and may not be whole in the archive`)
    }
    const children = this.#joined.filter(({ parents }) => parents.includes(id))
    const empty = { records: [], nextIterator: undefined, sizeBytes: 0, serverTime: undefined }
    return { ...empty, behindMs: 0, children }
  }

  #isWhole(id: string): boolean {
    return isWhole(id, this.#archive, this.#joined)
  }

  async #listed(filter: ShardFilter, signal: AbortSignal): Promise<readonly ListedShard[]> {
    const shards: ListedShard[] = []
    for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
      const page: Awaited<ReturnType<KinesisApi['listShards']>> = await this.#live.listShards(
        next === undefined ? { filter } : { next },
        signal,
      )
      shards.push(...page.shards)
      next = page.next
    }
    return shards
  }
}

function numberIn(start: IteratorStart): string | undefined {
  return 'sequenceNumber' in start ? start.sequenceNumber : undefined
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
