import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { deliverySink, type ObjectsOptions, parquet } from '../../../../connectors/delivery/index.ts'
import { folder as folderAt } from '../../../../connectors/files/index.ts'
import type { ObjectDestination } from '../../../../src/contract/object-destination.ts'
import type { SinkWriter } from '../../../../src/contract/sink.ts'
import { type Moment, mortal } from '../../../contract/mortal-destination.ts'
import { contextOf, filesIn, idsIn, ManualClock, permit } from './lake.ts'
import { type Kept, kept } from './layered-store.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-complete-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0
const newFolder = () => join(scratch, `${++folders}`)

const hour = 3_600_000

interface Row {
  readonly id: number
}

function sinkTo(to: ObjectDestination, options: Partial<ObjectsOptions<Row>> = {}) {
  return deliverySink<Row>({
    to,
    format: parquet({ id: 'int32' }),
    prefix: '!{timestamp:yyyy/MM/dd/HH}/',
    completeAt: 'prefix-time',
    roll: { size: '200B', age: '1h' },
    ...options,
  })
}

function counting() {
  const counts = new Map<string, number>()
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by)
  return { counts, context: contextOf(new ManualClock(), { count }) }
}

function write(writer: SinkWriter<Row>, from: number, to: number, time: number): void {
  for (let id = from; id < to; id++) writer.write([{ id }], [time])
}

async function checkpoint(writer: SinkWriter<Row>, last = false): Promise<Kept> {
  const one = await kept(await writer.stage(last))
  await writer.commit(one.staged.committables, permit)
  return one
}

interface Manifest {
  readonly files: readonly { readonly file: string; readonly rows: number; readonly bytes: number }[]
  readonly totals: { readonly files: number; readonly rows: number }
}

const manifest = (folder: string, name: string): Manifest =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'))
const markersIn = (folder: string) => filesIn(folder).filter((name) => name.includes('_SUCCESS'))

describe('a sink that says when a partition is complete', () => {
  it('publishes a manifest of all its files when the watermark has come to its end, and not before', async () => {
    const folder = newFolder()
    const writer = await sinkTo(folderAt(folder)).open(contextOf(new ManualClock()), undefined)
    write(writer, 0, 120, 5)
    write(writer, 120, 130, hour)
    writer.watermark!(hour - 2)
    await checkpoint(writer)
    expect(markersIn(folder)).toEqual([])
    writer.watermark!(hour - 1)
    await checkpoint(writer)
    expect(markersIn(folder)).toEqual(['1970/01/01/00/_SUCCESS'])
    const { files, ...rest } = manifest(folder, '1970/01/01/00/_SUCCESS')
    expect(rest).toEqual({
      version: 1,
      previous: null,
      job: 'delays',
      sink: 'lake',
      lineage: 'l1',
      partition: '1970/01/01/00',
      endsAt: hour,
      totals: { files: 3, rows: 120, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) },
    })
    expect(files[2]).toMatchObject({
      file: '1970/01/01/00/lake-l1-000000000100-000000000119.parquet',
      rows: 20,
      firstRow: 100,
      lastRow: 119,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    await checkpoint(writer)
    await writer.close()
    expect(markersIn(folder)).toHaveLength(1)
  })

  it('has one small file a partition, however long it takes, where the age of files is longer', async () => {
    const folder = newFolder()
    const clock = new ManualClock()
    const writer = await sinkTo(folderAt(folder), { roll: { size: '200B', age: '1d' } }).open(
      contextOf(clock),
      undefined,
    )
    for (let from = 0; from < 130; from += 10) {
      write(writer, from, from + 10, 5)
      clock.time += hour
      await checkpoint(writer)
    }
    writer.watermark!(hour)
    await checkpoint(writer)
    await writer.close()
    const { files } = manifest(folder, '1970/01/01/00/_SUCCESS')
    expect(files.map(({ rows }) => rows)).toEqual([50, 50, 30])
  })

  it('gives late rows a file and a manifest of another version, and counts them', async () => {
    const folder = newFolder()
    const { counts, context } = counting()
    const writer = await sinkTo(folderAt(folder)).open(context, undefined)
    write(writer, 0, 10, 5)
    writer.watermark!(hour)
    await checkpoint(writer)
    write(writer, 10, 13, 6)
    await checkpoint(writer)
    expect(markersIn(folder)).toHaveLength(1)
    await checkpoint(writer, true)
    await writer.close()
    expect(counts.get('late')).toBe(3)
    expect(manifest(folder, '1970/01/01/00/_SUCCESS.2')).toMatchObject({
      version: 2,
      previous: '_SUCCESS',
      files: [{ rows: 3 }],
      totals: { files: 2, rows: 13 },
    })
  })

  it('asks the function that it is given for the end of a partition', async () => {
    const folder = newFolder()
    const asked: unknown[] = []
    const sink = deliverySink<Row>({
      to: folderAt(folder),
      format: parquet({ id: 'int32' }),
      partitionBy: ({ id }) => ({ place: id % 2 === 0 ? 'a/b' : '' }),
      completeAt: (partition) => {
        asked.push(partition)
        return partition['place'] === '' ? hour : Number.POSITIVE_INFINITY
      },
    })
    const writer = await sink.open(contextOf(new ManualClock()), undefined)
    write(writer, 0, 10, 5)
    writer.watermark!(hour - 1)
    await checkpoint(writer)
    await writer.close()
    expect(asked).toEqual([{ place: 'a/b' }, { place: '' }])
    expect(markersIn(folder)).toEqual(['place=__HIVE_DEFAULT_PARTITION__/_SUCCESS'])
    const broken = sinkTo(folderAt(folder), { completeAt: () => Number.NaN, prefix: undefined as never })
    const other = await broken.open(contextOf(new ManualClock()), undefined)
    expect(() => write(other, 0, 1, 5)).toThrow('ROW_INVALID: completeAt gave NaN for partition (none)')
    await other.close()
  })

  it('never shows a manifest before its files, and shows each row once, wherever it is killed', async () => {
    for (const moment of ['before', 'after'] as const) {
      for (let step = 1; ; step++) {
        const folder = newFolder()
        const died = await killedAt(folder, step, moment)
        expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, id) => id))
        expectWholeManifests(folder)
        const rows = markersIn(folder).flatMap((name) =>
          manifest(folder, name).files.map((file) => file.rows),
        )
        expect(rows.reduce((sum, count) => sum + count, 0)).toBe(80)
        if (!died) break
      }
    }
  })

  async function killedAt(folder: string, step: number, moment: Moment): Promise<boolean> {
    let stored: { at: number; kept: Kept | undefined } = { at: 0, kept: undefined }
    const life = async (to: ObjectDestination) => {
      const writer = await sinkTo(to).open(contextOf(new ManualClock()), stored.kept?.staged.state)
      await writer.commit(stored.kept?.staged.committables ?? [], permit)
      for (let at = stored.at; at < 4; at++) {
        write(writer, at * 20, at * 20 + 20, (at % 2) * hour)
        writer.watermark!(at * hour)
        const one = await kept(await writer.stage(at === 3))
        stored = { at: at + 1, kept: one }
        await writer.commit(one.staged.committables, permit)
        expectWholeManifests(folder)
      }
      await writer.close()
    }
    try {
      await life(mortal(folderAt(folder), step, moment))
      return false
    } catch (error) {
      expect(String(error)).toContain('killed')
    }
    expectWholeManifests(folder)
    await life(folderAt(folder))
    return true
  }

  function expectWholeManifests(folder: string): void {
    const names = filesIn(folder)
    for (const name of markersIn(folder).filter((each) => !each.startsWith('_staging'))) {
      expect(names).toEqual(expect.arrayContaining(manifest(folder, name).files.map(({ file }) => file)))
    }
  }

  it('gives a manifest another version when it starts from an older checkpoint than its newest', async () => {
    const folder = newFolder()
    const writer = await sinkTo(folderAt(folder)).open(contextOf(new ManualClock()), undefined)
    write(writer, 0, 10, 5)
    const older = await checkpoint(writer)
    writer.watermark!(hour)
    await checkpoint(writer)
    await writer.close()
    const next = await sinkTo(folderAt(folder)).open(contextOf(new ManualClock()), older.staged.state)
    write(next, 10, 20, 6)
    next.watermark!(hour)
    await checkpoint(next)
    await checkpoint(next, true)
    await next.close()
    const versions = ['_SUCCESS', '_SUCCESS.2', '_SUCCESS.3']
    expect(markersIn(folder)).toEqual(versions.map((name) => `1970/01/01/00/${name}`))
    expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, id) => id))
  })

  test.each<[Partial<ObjectsOptions<Row>>, string]>([
    [{ prefix: '!{timestamp:HH}/' }, 'times that come again'],
    [{ prefix: '!{firehose:random-string}/' }, 'no partition has one folder'],
    [{ completeAt: () => 0 }, 'needs `partitionBy`'],
  ])('refuses %j', (options, words) => {
    expect(() => sinkTo(folderAt('lake'), options)).toThrow(words)
  })
})
