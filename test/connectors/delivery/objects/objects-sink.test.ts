import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { deliverySink, parquet } from '../../../../connectors/delivery/index.ts'
import { folder as folderAt } from '../../../../connectors/files/index.ts'
import type { SinkWriter, Staged } from '../../../../src/contract/sink.ts'
import { sinkContract } from '../../../contract/sink.ts'
import {
  contextOf,
  type Delay,
  delays,
  filesIn,
  fingerprint,
  idsIn,
  lakeSink,
  ManualClock,
  parquetIn,
  permit,
  rowsOf,
  storedStaged,
} from './lake.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-files-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0
const newFolder = () => join(scratch, `${++folders}`)

sinkContract<Delay>(
  'deliverySink',
  () => {
    const folder = newFolder()
    return {
      sink: lakeSink(folder, '512B'),
      context: contextOf(new ManualClock()),
      visible: async () => (await idsIn(folder)).flatMap((id) => delays(1, id)),
    }
  },
  (n) => delays(1, n)[0] as Delay,
  ({ id }) => id,
)

describe('deliverySink', () => {
  let folder: string
  let clock: ManualClock
  beforeEach(() => {
    folder = newFolder()
    clock = new ManualClock()
  })
  const open = (restored?: Staged, changes = {}) =>
    lakeSink(folder).open(contextOf(clock, changes), restored?.state)
  const write = (writer: SinkWriter<Delay>, rows: readonly Delay[]) =>
    writer.write(
      rows,
      rows.map(() => 0),
    )

  async function checkpoint(writer: SinkWriter<Delay>, last = false): Promise<Staged> {
    const staged = storedStaged(await writer.stage(last))
    await writer.commit(staged.committables, permit)
    return staged
  }

  /** A run without a failure: `steps` checkpoints of a hundred rows each. */
  async function straightRun(steps = 8): Promise<Record<string, string>> {
    const straight = newFolder()
    const writer = await lakeSink(straight).open(contextOf(new ManualClock()), undefined)
    for (let step = 0; step < steps; step++) {
      write(writer, delays(100, step * 100))
      await checkpoint(writer, step === steps - 1)
    }
    await writer.close()
    return fingerprint(straight)
  }

  test('a partition is a Hive folder, a file is named after sink, lineage and rows', async () => {
    const writer = await open()
    write(writer, delays(9))
    await checkpoint(writer, true)
    expect(parquetIn(folder)).toEqual([
      'month=2001-01/lake-l1-000000000000-000000000002.parquet',
      'month=2001-02/lake-l1-000000000000-000000000005.parquet',
    ])
    expect(await rowsOf(join(folder, parquetIn(folder)[0] ?? ''))).toEqual(
      delays(9).filter(({ id }) => id % 3 === 0),
    )
  })

  test('a file is finished as soon as its rows weigh enough, in the middle of a batch', async () => {
    const writer = await open()
    write(writer, delays(300))
    await checkpoint(writer)
    // 23 bytes a row: the 90th fills 2 KiB.
    expect(parquetIn(folder)).toEqual([
      'month=2001-01/lake-l1-000000000000-000000000089.parquet',
      'month=2001-02/lake-l1-000000000000-000000000089.parquet',
      'month=2001-02/lake-l1-000000000090-000000000179.parquet',
    ])
  })

  test('a file is finished at the first checkpoint at which its first row is old enough', async () => {
    const writer = await open()
    write(writer, delays(1))
    clock.time += 299_999
    write(writer, delays(1, 3))
    await checkpoint(writer)
    expect(parquetIn(folder)).toEqual([])
    clock.time += 1
    await checkpoint(writer)
    expect(await idsIn(folder)).toEqual([0, 3])
  })

  test('a file that is finished while a checkpoint is staged is of the next one', async () => {
    const writer = await open()
    write(writer, delays(300))
    const staging = writer.stage(false)
    write(writer, delays(3000, 300))
    // With the entry of the ledger.
    expect((await staging).committables).toHaveLength(1 + 3)
    expect((await writer.stage(false)).committables).toHaveLength(1 + 33)
    await writer.close()
  })

  test('the age of a file goes on over a restart', async () => {
    const writer = await open()
    write(writer, delays(1))
    const staged = await checkpoint(writer)
    clock.time += 300_000
    const next = await open(staged)
    await checkpoint(next)
    expect(await idsIn(folder)).toEqual([0])
  })

  test('the size of files does not depend on how often there is a checkpoint', async () => {
    const writer = await open()
    write(writer, delays(800))
    await checkpoint(writer, true)
    expect(fingerprint(folder)).toEqual(await straightRun())
  })

  test('a crash at any stage boundary leaves the bytes of a straight run', async () => {
    const straight = await straightRun()
    for (const when of [
      'before commit',
      'after commit',
      'between link and unlink',
      'before publish',
    ] as const) {
      for (let crashAt = 0; crashAt < 8; crashAt++) {
        folder = newFolder()
        let writer = await open()
        let kept: Staged | undefined
        for (let step = 0; step < 8; step++) {
          write(writer, delays(100, step * 100))
          let staged = storedStaged(await writer.stage(step === 7))
          if (step === crashAt && when === 'before publish') {
            await writer.close()
            writer = await open(kept)
            await writer.commit(kept?.committables ?? [], permit)
            write(writer, delays(100, step * 100))
            staged = storedStaged(await writer.stage(step === 7))
          }
          kept = staged
          if (step === crashAt && when !== 'before publish') {
            if (when === 'after commit') await writer.commit(staged.committables, permit)
            if (when === 'between link and unlink') await commitButKeepStaged(writer, staged)
            await writer.close()
            writer = await open(staged)
          }
          await writer.commit(staged.committables, permit)
        }
        await writer.close()
        expect(fingerprint(folder)).toEqual(straight)
      }
    }
  })

  async function commitButKeepStaged(writer: SinkWriter<Delay>, { committables }: Staged): Promise<void> {
    await writer.commit(committables, permit)
    for (const { file, staged } of committables) linkSync(join(folder, `${file}`), join(folder, `${staged}`))
  }

  test('nothing is left in staging after the next checkpoint of a restart', async () => {
    const first = await open()
    write(first, delays(300))
    const kept = await checkpoint(first)
    write(first, delays(300, 300))
    await first.stage(true)
    await first.close()
    expect(staged()).not.toEqual([])

    const next = await open(kept)
    await next.commit(kept.committables, permit)
    expect(staged()).not.toEqual([])
    write(next, delays(300, 300))
    await checkpoint(next, true)
    expect(staged()).toEqual([])
    expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(600).map(({ id }) => id))
  })

  test('a run that was replaced deletes nothing that its successor has staged', async () => {
    const first = await open()
    write(first, delays(10))
    const kept = await checkpoint(first)

    const successor = await open(kept)
    write(successor, delays(300, 10))
    const promised = storedStaged(await successor.stage(true))
    const zombie = await open(kept)
    await zombie.commit(kept.committables, permit)
    write(zombie, delays(300, 10))
    await zombie.stage(true)
    // Its checkpoint is refused, so it never commits. The successor does.
    await zombie.close()
    await successor.commit(promised.committables, permit)
    expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(310).map(({ id }) => id))
  })

  test('two writers may commit the same at the same time', async () => {
    const writer = await open()
    write(writer, delays(600))
    const staged = storedStaged(await writer.stage(true))
    const others = await Promise.all([open(staged), open(staged), open(staged)])
    await Promise.all([writer, ...others].map((each) => each.commit(staged.committables, permit)))
    expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(600).map(({ id }) => id))
    expect(stagedIn(folder)).toEqual([])
  })

  test('a promised file that is nowhere stops the job', async () => {
    const writer = await open()
    write(writer, delays(10))
    const staged = await writer.stage(true)
    rmSync(join(folder, '_staging'), { recursive: true })
    await expect(writer.commit(staged.committables, permit)).rejects.toMatchObject({
      code: 'SINK_COMMITTABLE_LOST',
      retryable: false,
    })
  })

  test('another file under the promised name is never replaced', async () => {
    const writer = await open()
    write(writer, delays(10))
    const staged = await checkpoint(writer, true)
    const file = parquetIn(folder)[0] ?? ''
    writeFileSync(join(folder, file), 'something else')
    await expect(writer.commit(staged.committables, permit)).rejects.toMatchObject({
      code: 'SINK_FOREIGN_FILES',
      where: { file: join(folder, file) },
    })
    expect(readFileSync(join(folder, file)).toString()).toBe('something else')
  })

  test('a first start beside the files of an earlier history is refused', async () => {
    const writer = await open()
    write(writer, delays(1))
    await checkpoint(writer, true)
    await expect(open(undefined, { lineage: 'l2' })).rejects.toMatchObject({
      code: 'SINK_FOREIGN_FILES',
      where: { file: join(folder, 'month=2001-01', 'lake-l1-000000000000-000000000000.parquet') },
    })
  })

  test('sinks with other names share a folder', async () => {
    const writer = await open()
    write(writer, delays(1))
    await checkpoint(writer, true)
    for (const name of ['lak', 'lake-2', 'l1', '_lake', 'a/b']) {
      const other = await open(undefined, { name, lineage: 'l2' })
      write(other, delays(1))
      await checkpoint(other, true)
    }
    expect(parquetIn(folder).map((file) => file.split('-0')[1])).toHaveLength(6)
    await expect(open(undefined, { name: '_lake', lineage: 'l3' })).rejects.toThrow('%5Flake-l2')
  })

  describe('when the job starts from an older checkpoint than its newest', () => {
    async function twoCheckpoints(): Promise<Staged> {
      const writer = await open()
      write(writer, delays(100))
      const older = await checkpoint(writer)
      write(writer, delays(200, 100))
      clock.time += 300_000
      await checkpoint(writer)
      await writer.close()
      return older
    }

    test('rows that are published already are not published again', async () => {
      const older = await twoCheckpoints()
      const published = fingerprint(folder)
      const writer = await open(older)
      write(writer, delays(500, 100))
      await checkpoint(writer, true)
      expect(fingerprint(folder)).toMatchObject(published)
      expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(600).map(({ id }) => id))
    })

    test('nor where the folder of a partition has become a link', async () => {
      const older = await twoCheckpoints()
      const [moved, partition] = [newFolder(), join(folder, 'month=2001-02')]
      renameSync(partition, moved)
      symlinkSync(moved, partition)
      const writer = await open(older)
      write(writer, delays(500, 100))
      await checkpoint(writer, true)
      rmSync(partition)
      renameSync(moved, partition)
      expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(600).map(({ id }) => id))
    })

    test('it makes no difference when there is a checkpoint in the middle of a published file', async () => {
      const older = await twoCheckpoints()
      let writer = await open(older)
      for (let id = 100; id < 600; id += 7) {
        write(writer, delays(Math.min(7, 600 - id), id))
        clock.time += 300_000
        const staged = await checkpoint(writer)
        await writer.close()
        writer = await open(staged)
      }
      await checkpoint(writer, true)
      expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(600).map(({ id }) => id))
    })

    test('also from no checkpoint at all', async () => {
      await twoCheckpoints()
      const writer = await open()
      write(writer, delays(400))
      await checkpoint(writer, true)
      expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(400).map(({ id }) => id))
    })

    test('a replay that gives other rows is noticed before anything is published', async () => {
      const older = await twoCheckpoints()
      const writer = await open(older)
      write(
        writer,
        delays(500, 100).map((row) => ({ ...row, minutes: 1 })),
      )
      await expect(writer.stage(true)).rejects.toMatchObject({ code: 'SINK_FOREIGN_FILES' })
    })

    test('a replay that gives fewer rows is noticed', async () => {
      const older = await twoCheckpoints()
      const writer = await open(older)
      write(writer, delays(10, 100))
      await expect(writer.stage(true)).rejects.toMatchObject({ code: 'SINK_FOREIGN_FILES' })
    })
  })

  test('a row that does not fit is refused at once, with sink, column and value', async () => {
    const writer = await open()
    const bad = { id: 1, month: '2001-01', minutes: '5' as unknown as number }
    expect(() => write(writer, [bad])).toThrow(
      'ROW_INVALID: column minutes takes a number, not "5", in row {"id":1,"month":"2001-01","minutes":"5"} [job delays, sink lake]',
    )
    expect(() => write(writer, [{ ...bad, minutes: null as unknown as number }])).toThrow('not null, in row')
    const circular = { ...bad, self: {} }
    circular.self = circular
    expect(() => write(writer, [circular])).toThrow('in row [object Object]')
  })

  test('a partition that no folder can be named after is refused', async () => {
    const folderOf = (month: unknown) => async () => {
      const partitionBy = () => ({ month: month as string })
      const sink = deliverySink({ to: folderAt(folder), format: parquet({ id: 'int32' }), partitionBy })
      const writer = await sink.open(contextOf(clock), undefined)
      writer.write([{ id: 1 }], [0])
    }
    await expect(folderOf(5)).rejects.toThrow('ROW_INVALID: partition month takes a string, not 5')
    await expect(folderOf('\ud800')).rejects.toThrow('lone surrogate')
    await expect(folderOf('x'.repeat(300))).rejects.toThrow('longer than')
  })

  test('columns that were changed are refused with what the checkpoint has', async () => {
    const writer = await open()
    write(writer, delays(1))
    const staged = await checkpoint(writer)
    const changed = deliverySink({ to: folderAt(folder), format: parquet({ id: 'int64' }) })
    await expect(changed.open(contextOf(clock), staged.state)).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
    })
    // A plan, and a start before it claims the job, know it without opening anything.
    expect(changed.misfit?.(staged.state)).toMatch(/^rows with columns .*, not \[\["id","int64"\]\]$/)
    expect(changed.misfit?.({ ...staged.state, schema: 9 })).toBe('state of version 9')
  })

  test('a folder below a regular file fails with the file and the cause', async () => {
    writeFileSync(join(scratch, 'regular'), '')
    folder = join(scratch, 'regular', 'lake')
    await expect(open()).rejects.toMatchObject({
      code: 'SINK_FAILED',
      retryable: true,
      where: { file: folder },
      cause: { code: 'ENOTDIR' },
    })
  })

  test('a folder that can no longer be written fails at the checkpoint, and goes on failing', async () => {
    const writer = await open()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    write(writer, delays(300))
    await expect(writer.stage(true)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      cause: { code: 'ENOTDIR' },
    })
    await expect(writer.ready()).rejects.toMatchObject({ code: 'SINK_FAILED' })
    await expect(writer.stage(true)).rejects.toMatchObject({ code: 'SINK_FAILED' })
    await writer.close()
  })

  test('a clock that goes back does not keep a file open for as long', async () => {
    const writer = await lakeSink(folder, '1MiB').open(contextOf(clock), undefined)
    write(writer, delays(10))
    clock.time -= 86_400_000
    expect((await checkpoint(writer)).committables).toHaveLength(0)
    clock.time += 300_000
    expect((await checkpoint(writer)).committables).not.toHaveLength(0)
    await writer.close()
  })

  test('rows take little more memory than their bytes, however many partitions they are spread over', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const sink = deliverySink({
      to: folderAt(folder),
      format: parquet({ id: 'int32', name: 'string', cents: 'int64' }),
      partitionBy: ({ id }) => ({ part: `${id % 1000}` }),
      roll: { size: '1GiB' },
    })
    const writer = await sink.open(contextOf(clock), undefined)
    gc()
    const before = process.memoryUsage().heapUsed
    for (let from = 0; from < 600_000; from += 1000) {
      const rows = Array.from({ length: 1000 }, (_, i) => ({
        id: from + i,
        name: `row ${from + i}`,
        cents: i,
      }))
      writer.write(rows, [])
    }
    gc()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * 2 ** 20)
    await writer.close()
  })

  test('a link that leads back into the folder is no endless way', async () => {
    mkdirSync(folder)
    symlinkSync('.', join(folder, 'loop=1'))
    const writer = await open()
    write(writer, delays(10))
    await checkpoint(writer, true)
    // Some versions of Node would read along the link for ever themselves.
    unlinkSync(join(folder, 'loop=1'))
    expect((await idsIn(folder)).sort((a, b) => a - b)).toEqual(delays(10).map(({ id }) => id))
    await writer.close()
  })

  test('many partitions are many folders', async () => {
    const sink = deliverySink({
      to: folderAt(folder),
      format: parquet({ id: 'int32' }),
      partitionBy: ({ id }) => ({ tens: `${Math.floor(id / 10)}`, ones: `${id % 10}` }),
    })
    const writer = await sink.open(contextOf(clock), undefined)
    const rows = Array.from({ length: 900 }, (_, index) => ({ id: index % 300 }))
    writer.write(rows, [])
    const staged = await writer.stage(true)
    await writer.commit(staged.committables, permit)
    expect(parquetIn(folder)).toHaveLength(300)
    expect(
      await rowsOf(join(folder, 'tens=29/ones=9/lake-l1-000000000000-000000000002.parquet')),
    ).toHaveLength(3)
  })

  test('DuckDB reads the partitions back as columns, whatever their values', async () => {
    const places = ['Zürich/West', '5%', 'a=b', "it's", '..', '', 'x y', '"q"']
    const sink = deliverySink({
      to: folderAt(folder),
      format: parquet({ id: 'int32' }),
      partitionBy: ({ id }) => ({ place: places[id] ?? '', kind: 'town' }),
    })
    const writer = await sink.open(contextOf(clock), undefined)
    const ids = places.map((_, id) => id)
    writer.write(
      ids.map((id) => ({ id })),
      ids,
    )
    await writer.commit((await writer.stage(true)).committables, permit)
    const duck = await (await DuckDBInstance.create()).connect()
    const found = await duck.runAndReadAll(
      `SELECT id, place, kind FROM read_parquet('${folder}/**/*.parquet', hive_partitioning = true) ORDER BY id`,
    )
    expect(found.getRowsJS()).toEqual(places.map((place, id) => [id, place === '' ? null : place, 'town']))
    duck.closeSync()
  })

  test('the writer has no room while much waits to be staged', async () => {
    const sink = deliverySink({
      to: folderAt(folder),
      format: parquet({ text: 'string' }),
      roll: { size: '1MiB' },
    })
    const writer = await sink.open(contextOf(clock), undefined)
    const text = 'x'.repeat(1_100_000)
    expect(writer.ready()).toBeUndefined()
    for (let row = 0; row < 70; row++) writer.write([{ text }], [0])
    const room = writer.ready()
    expect(room).toBeInstanceOf(Promise)
    await room
    expect(writer.ready()).toBeUndefined()
    expect(readdirSync(join(folder, '_staging', 'lake-l1'))).toHaveLength(70)
    await writer.close()
  })

  test('describing a sink opens nothing', () => {
    expect(lakeSink(folder).description.detail).toBe(`parquet in ${folder}`)
    expect(existsSync(folder)).toBe(false)
  })

  const staged = () => stagedIn(folder)
})

const stagedIn = (folder: string) => filesIn(folder).filter((file) => file.startsWith('_staging'))
