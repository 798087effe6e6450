import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { archiveFiles } from '../../../connectors/kinesis/archive/archive-files.ts'
import {
  type ArchivedShard,
  type ArchiveIndex,
  indexArchive,
} from '../../../connectors/kinesis/archive/archive-index.ts'
import { ArchiveReader } from '../../../connectors/kinesis/archive/archive-reader.ts'
import { type ArchiveRow, archiveRow } from '../../../connectors/kinesis/archive/archive-row.ts'
import { archivedRecords } from '../../../connectors/kinesis/archive/archived-records.ts'
import { isWhole, joinedShards } from '../../../connectors/kinesis/archive/joined-shards.ts'
import { folderArchive } from '../../../connectors/kinesis/index.ts'
import type { ListedShard } from '../../../connectors/kinesis/kinesis-api.ts'
import { openAggregate } from '../../../connectors/kinesis/kpl/aggregated-record.ts'

const top = 2n ** 128n
/** The part of all hash keys from one eighth to another. */
const range = (from: number, to: number) => ({
  start: String((top / 8n) * BigInt(from)),
  end: String((top / 8n) * BigInt(to) - 1n),
})
const id = (number: number) => `shardId-${String(number).padStart(12, '0')}`

/** A sequence number of the second 1,000. */
const second = (1000).toString(16).padStart(9, '0')
const early = String(BigInt(`0x2${second}0${'0'.repeat(18)}${second}${'0'.repeat(8)}2`))

function archive(...shards: readonly (readonly [number, number, number, ...number[]])[]): ArchiveIndex {
  return new Map(
    shards.map(([number, from, to, ...parents]): [string, ArchivedShard] => [
      id(number),
      {
        id: id(number),
        parents: new Set(parents.map(id)),
        range: range(from, to),
        segments: [{ group: { file: 'f', rowStart: 0, rowEnd: 1 }, first: early, last: early }],
        last: early,
        begun: undefined,
      },
    ]),
  )
}

const live = (number: number, from: number, to: number, ...parents: number[]): ListedShard => ({
  id: id(number),
  parents: parents.map(id),
  range: range(from, to),
})

const parentsOf = (joined: readonly ListedShard[], number: number) =>
  joined.find((shard) => shard.id === id(number))!.parents

describe('the shards of an archive and its stream', () => {
  it('are the same as if none had expired', () => {
    const joined = joinedShards(archive([0, 0, 8], [1, 0, 4, 0]), [live(1, 0, 4, 0), live(2, 4, 8, 0)])
    expect(joined.map((shard) => shard.id)).toEqual([id(0), id(1), id(2)])
    expect([1, 2].map((number) => parentsOf(joined, number))).toEqual([[id(0)], [id(0)]])
  })

  it('leave out one that has expired without a record: what continues it continues its parent', () => {
    // 0 was split into 1 and 2; 2, which never had a record, into 3 and 4; and 1 and 3 were merged into 5.
    const joined = joinedShards(archive([0, 0, 8], [1, 0, 4, 0]), [live(4, 6, 8, 2), live(5, 0, 6, 1, 3)])
    expect(parentsOf(joined, 4)).toEqual([id(0)])
    expect(parentsOf(joined, 5)).toEqual([id(1), id(0)])
  })

  it('are as old as the archive where nothing proves that one which has expired had no record', () => {
    // 0 was split into 1 and 2, and 2 into 3 and 4.
    const continued = [3, 4].map((number) => ({ ...live(number, number + 1, number + 2, 2), createdAt: 9e6 }))
    const some = archive([0, 0, 8], [1, 0, 4, 0])
    const createdAt = (joined: readonly ListedShard[]) => joined.slice(-2).map((shard) => shard.createdAt)
    expect(createdAt(joinedShards(some, continued))).toEqual([1e6, 1e6])
    expect(createdAt(joinedShards(archive([0, 0, 8], [1, 0, 4, 0], [3, 4, 5, 2]), continued))).toEqual([
      9e6, 1e6,
    ])
  })

  it('are whole in the archive as soon as a descendant has a record there', () => {
    const some = archive([0, 0, 8], [3, 0, 2, 1])
    const joined = joinedShards(some, [
      live(1, 0, 4, 0),
      live(2, 4, 8, 0),
      live(3, 0, 2, 1),
      live(4, 2, 4, 1),
    ])
    expect([0, 1, 2, 3].map((number) => isWhole(id(number), some, joined))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

const row = (data: Uint8Array, more: Partial<ArchiveRow> = {}): ArchiveRow => ({
  ...archiveRow().decodeRecord({
    ...{
      shard: id(0),
      parents: [],
      hashRange: range(0, 1),
      sequenceNumber: '7',
      subSequence: 0,
      more: false,
    },
    ...{ arrivalTime: 5, partitionKey: 'k', data },
  }),
  ...more,
})

describe('rows of an archive', () => {
  it.each([
    ['text', Buffer.from('{"é":1}'), 'utf8'],
    ['a byte order mark', Buffer.from('\uFEFFx'), 'utf8'],
    ['bytes that are no text', Buffer.from([0xff, 0, 0xc3]), 'base64'],
    ['nothing', Buffer.alloc(0), 'utf8'],
  ])('keep %s as it is', (_what, data, encoding) => {
    const kept = row(data)
    expect(kept.encoding).toBe(encoding)
    const [record] = archivedRecords([kept])
    expect(record).toMatchObject({ sequenceNumber: '7', arrivalTime: 5, partitionKey: 'k' })
    expect(Buffer.from(record!.data).equals(data)).toBe(true)
  })

  it('of one sequence number are an aggregated record again, in its shard whatever the keys', () => {
    const rows = ['a', 'b', 'c'].map((text, subSequence) =>
      row(Buffer.from(text), { subSequence, more: subSequence < 2, partitionKey: `k${text}` }),
    )
    const [record, ...others] = archivedRecords(rows)
    expect(others).toEqual([])
    const opened = openAggregate(record!.data)!
    expect([opened.size, opened.partitionKey(1), Buffer.from(opened.data(2)).toString()]).toEqual([
      3,
      'kb',
      'c',
    ])
    const inShard = BigInt(range(0, 1).start).toString(16).padStart(32, '0')
    expect(opened.everyHashKey((key) => key === inShard)).toBe(true)
    expect(() => archivedRecords([rows[0]!, rows[2]!])).toThrow('lacks a record')
  })
})

/** An archive whose row groups hold these rows of one shard: `5.1+` is the second of an aggregated record that goes on. */
async function reading(...groups: readonly (readonly string[])[]) {
  const rowsIn = (group: readonly string[]) =>
    group.map((text) => {
      const [sequenceNumber = '', subSequence] = text.replace('+', '').split('.')
      return row(Buffer.from(text), {
        sequenceNumber,
        subSequence: Number(subSequence),
        more: text.endsWith('+'),
      })
    })
  const parquet = {
    groupsOf: async (file: string) =>
      groups.map((_, index) => ({ file, rowStart: index, rowEnd: index + 1 })),
    rows: async ({ rowStart }: { readonly rowStart: number }) => rowsIn(groups[rowStart]!),
  }
  const shard = (await indexArchive(['f'], parquet)).get(id(0))!
  const reader = new ArchiveReader(parquet)
  return async (from?: string, inclusive = false) =>
    (await reader.rows(shard, from, inclusive)).map(({ data }) => data)
}

describe('reading a shard of an archive', () => {
  it('brings a row group at a time, and whole records', async () => {
    const rows = await reading(['5.0'], ['6.0+', '6.1+'], ['6.2', '7.0'], ['8.0'])
    expect(await rows()).toEqual(['5.0'])
    expect(await rows('5')).toEqual(['6.0+', '6.1+', '6.2', '7.0'])
    expect(await rows('6')).toEqual(['7.0'])
    expect(await rows('6', true)).toEqual(['6.0+', '6.1+', '6.2', '7.0'])
    expect(await rows('8')).toEqual([])
  })

  it('leaves an aggregated record whose end is not archived yet to the stream', async () => {
    const rows = await reading(['5.0', '6.0+', '6.1+'])
    expect(await rows()).toEqual(['5.0'])
    expect(await rows('5')).toEqual([])
  })

  it('begins with a whole record where the oldest files are gone', async () => {
    expect(await (await reading(['5.1+', '5.2', '6.0']))()).toEqual(['6.0'])
  })

  it('reads one row group at a time, and lets go of those that weigh too much', async () => {
    const mebibyte = 'x'.repeat(2 ** 20)
    let [reading, most, readings] = [0, 0, 0]
    const rows = Array.from({ length: 200 }, (_, index) =>
      row(Buffer.from(''), { data: mebibyte, sequenceNumber: String(1000 + index), subSequence: 0 }),
    )
    const parquet = {
      groupsOf: async (file: string) =>
        rows.map((_, index) => ({ file, rowStart: index, rowEnd: index + 1 })),
      rows: async ({ rowStart }: { readonly rowStart: number }) => {
        readings += 1
        reading += 1
        most = Math.max(most, reading)
        await Promise.resolve()
        reading -= 1
        return [rows[rowStart]!]
      },
    }
    const shard = (await indexArchive(['f'], parquet)).get(id(0))!
    readings = 0
    const reader = new ArchiveReader(parquet)
    const pages = rows.map(({ sequenceNumber }) => reader.rows(shard, sequenceNumber, true))
    expect((await Promise.all(pages)).flat()).toEqual(rows)
    expect([most, readings]).toEqual([1, 200])
    await reader.rows(shard, '1150', true)
    expect(readings).toBe(200)
    await reader.rows(shard, '1000', true)
    expect(readings).toBe(201)
  })

  it('refuses records out of order', async () => {
    await expect(reading(['6.0'], ['5.0'])).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
  })
})

describe('the files of an archive', () => {
  const listing = (...names: string[]) => ({ ...folderArchive('lake'), list: async () => names })
  const name = (sink: string, first: number, last: number) =>
    `${sink}-l1-${String(first).padStart(12, '0')}-${String(last).padStart(12, '0')}.parquet`

  it('come in the order of their rows, whatever else is there', async () => {
    const names = [name('archive', 5, 9), '.staging', name('archive', 0, 4), '_SUCCESS']
    expect(await archiveFiles(listing(...names))).toEqual([name('archive', 0, 4), name('archive', 5, 9)])
  })

  it.each([
    [[name('one', 0, 4), name('other', 0, 4)], 'OPTION_INVALID', 'several sinks'],
    [['day=1'], 'OPTION_INVALID', 'it has partitions (day=1)'],
    [['eu/a.parquet'], 'OPTION_INVALID', 'it has partitions (eu/a.parquet)'],
    [[name('archive', 0, 4), name('archive', 6, 9)], 'DATA_LOST', 'lacks the file'],
  ])('that are %j are refused', async (names, code, words) => {
    await expect(archiveFiles(listing(...names))).rejects.toMatchObject({
      code,
      happened: expect.stringContaining(words),
    })
  })

  it('that are nowhere are told by their folder', async () => {
    expect(existsSync('/nowhere')).toBe(false)
    await expect(archiveFiles(folderArchive('/nowhere'))).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      where: { file: '/nowhere' },
    })
  })
})
