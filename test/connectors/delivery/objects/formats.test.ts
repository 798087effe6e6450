import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrow, column, csvLines, jsonLines, parquet, raw } from '../../../../connectors/delivery/index.ts'
import { joined } from '../../../../connectors/delivery/objects/columns/runs.ts'
import type { Format } from '../../../../connectors/delivery/objects/format.ts'
import { batchesOf, encoded } from './encode.ts'

/** What a format has to do, whichever it is. */
interface Trial<T> {
  readonly format: Format<T>
  readonly rows: readonly T[]
  readonly bad: unknown
  readonly read: (bytes: Buffer) => unknown[] | Promise<unknown[]>
  /** What reading gives, if it is not the rows themselves. */
  readonly asRead?: (row: T) => unknown
}

interface Line {
  id: number
  name: string
  tags: string[]
}
const lines: Line[] = Array.from({ length: 3000 }, (_, id) => ({
  id,
  name: ['Zoë', '', 'a "b", c', '😀'.repeat(id % 20)][id % 4] as string,
  tags: Array.from({ length: id % 3 }, (_, tag) => `t${tag}`),
}))
const columns = { id: 'int32', name: 'string', tags: column.list('string') } as const
const flat = lines.map(({ id, name }) => ({ id, name }))
const flatColumns = { id: 'int32', name: 'string' } as const
const bad = { id: 1, name: 5, tags: [] }

const readParquet = (bytes: Buffer) => parquetReadObjects({ file: arrayBuffer(bytes) })
const readLines = (bytes: Buffer) =>
  bytes
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
const readCsv = (bytes: Buffer) =>
  (parse(bytes, { columns: true }) as { id: string; name: string }[]).map(({ id, name }) => ({
    id: Number(id),
    name,
  }))

function trial<T>(given: Trial<T>): Trial<never> {
  return given as unknown as Trial<never>
}

const trials: Record<string, Trial<never>> = {
  parquet: trial({
    format: parquet(columns, { rowGroup: { rows: 700 } }),
    rows: lines,
    bad,
    read: readParquet,
  }),
  'parquet, no compression': trial({
    format: parquet(columns, { compression: 'none' }),
    rows: lines,
    bad,
    read: readParquet,
  }),
  'parquet by parquetjs-lite': trial({
    format: parquet(flatColumns, { writer: 'parquetjs-lite', rowGroup: { rows: 700 } }),
    rows: flat,
    bad,
    read: readParquet,
  }),
  'arrow files': trial({
    format: arrow(columns, { recordBatch: { rows: 700 } }),
    rows: lines,
    bad,
    read: (bytes) =>
      tableFromIPC(bytes)
        .toArray()
        .map((row) => JSON.parse(JSON.stringify(row))),
  }),
  'JSON lines': trial({ format: jsonLines<Line>(), rows: lines, bad: { id: 1n }, read: readLines }),
  'JSON lines, gzip': trial({
    format: jsonLines<Line>({ compression: 'gzip' }),
    rows: lines,
    bad: undefined,
    read: (bytes) => readLines(zlib.gunzipSync(bytes)),
  }),
  CSV: trial({
    format: csvLines({ columns: ['id', 'name'] }),
    rows: flat,
    bad: { id: {}, name: '' },
    read: readCsv,
  }),
  'CSV, gzip': trial({
    format: csvLines({ columns: ['id', 'name'], compression: 'gzip' }),
    rows: flat,
    bad: { id: 1, name: '\ud800' },
    read: (bytes) => readCsv(zlib.gunzipSync(bytes)),
  }),
  'raw text': trial({
    format: raw(),
    rows: lines.map(({ name }) => name),
    bad: 'two\nlines',
    read: (bytes) => bytes.toString().split('\n').slice(0, -1),
  }),
  'raw bytes': trial({
    format: raw({ delimiter: '|', extension: 'bin' }),
    rows: [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(255)],
    bad: Uint8Array.of(1, 124, 2),
    read: (bytes) => bytes.toString('latin1').split('|').slice(0, -1),
    asRead: (row) => Buffer.from(row).toString('latin1'),
  }),
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
}

describe.each(Object.entries(trials))('the format %s', (_, { format, rows, bad, read, asRead }) => {
  test('reads back as it was written', async () => {
    const expected = asRead === undefined ? rows : rows.map(asRead)
    expect(await read(await encoded(format, rows))).toEqual(expected)
  })

  test('gives the same bytes however rows lie in batches', async () => {
    const whole = await encoded(format, rows, { every: rows.length })
    for (const every of [1, 7, 999]) {
      expect((await encoded(format, rows, { every })).equals(whole), `batches of ${every}`).toBe(true)
    }
  })

  test('gives the same bytes when runs of batches are joined, as checkpoints do', async () => {
    const together = joined(batchesOf(format, rows, 10))
    const pieces: Uint8Array[] = []
    for await (const piece of format.encode([together])) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(await encoded(format, rows))).toBe(true)
  })

  test('a row that it refuses leaves no trace', () => {
    const [first, second] = rows
    const batch = format.open()
    const sizes = [batch.append(first as never)]
    expect(() => batch.append(bad as never)).toThrow(expect.objectContaining({ name: 'InvalidRow' }))
    expect(batch.rows).toBe(1)
    sizes.push(batch.append(second as never))
    const clean = format.open()
    expect([clean.append(first as never), clean.append(second as never)]).toEqual(sizes)
    expect(batch.take().map((run) => [...run])).toEqual(clean.take().map((run) => [...run]))
  })

  test('begins anew once rows are taken', () => {
    const batch = format.open()
    batch.append(rows[0] as never)
    batch.take()
    expect(batch.rows).toBe(0)
    batch.append(rows[1] as never)
    const fresh = format.open()
    fresh.append(rows[1] as never)
    expect(batch.take().map((run) => [...run])).toEqual(fresh.take().map((run) => [...run]))
  })
})

describe('text formats', () => {
  test('the extension tells format and compression', () => {
    const extensions = [
      jsonLines({ compression: 'gzip' }),
      csvLines({ columns: ['a'] }),
      raw({ extension: 'log' }),
    ]
    expect(extensions.map(({ extension }) => extension)).toEqual(['jsonl.gz', 'csv', 'log'])
  })

  test('CSV tells empty text from null', async () => {
    const format = csvLines({ columns: ['a', 'b'], header: false })
    const at = new Date(0)
    const bytes = await encoded(format, [
      { a: '', b: null },
      { a: at, b: 5n },
    ])
    expect(bytes.toString()).toBe('"",\r\n1970-01-01T00:00:00.000Z,5\r\n')
  })

  test.each([
    [
      () => jsonLines({ compression: 'lz4' as 'gzip' }),
      'there are none, gzip, zip, snappy, hadoop-snappy, zstd',
    ],
    [() => csvLines({ columns: [] }), 'there are no columns'],
    [() => csvLines({ columns: ['a', 'a'] }), 'the same name'],
    [() => csvLines({ columns: ['a'], delimiter: '"' }), 'the delimiter'],
    [() => raw({ extension: '../x' }), 'small letters'],
  ])('options that cannot be are refused (%#)', (make, reason) => {
    expect(make).toThrow('OPTION_INVALID')
    expect(make).toThrow(reason)
  })
})

describe('DuckDB', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-formats-'))
  let duck: Awaited<ReturnType<DuckDBInstance['connect']>>
  beforeAll(async () => {
    duck = await (await DuckDBInstance.create()).connect()
  })
  afterAll(() => {
    duck.closeSync()
    rmSync(scratch, { recursive: true, force: true })
  })

  test.each([
    ['parquet', parquet(flatColumns, { compression: 'snappy' })],
    ['zstd.parquet', parquet(flatColumns, { compression: 'zstd' })],
    ['gzip.parquet', parquet(flatColumns, { compression: 'gzip' })],
    ['none.parquet', parquet(flatColumns, { compression: 'none' })],
    ['gz.js.parquet', parquet(flatColumns, { compression: 'gzip', writer: 'parquetjs-lite' })],
    ['jsonl.gz', jsonLines<{ id: number; name: string }>({ compression: 'gzip' })],
    ['csv.gz', csvLines({ columns: ['id', 'name'], compression: 'gzip' })],
  ] as [string, Format<{ id: number; name: string }>][])('reads %s', async (extension, format) => {
    const path = join(scratch, `rows.${extension}`)
    writeFileSync(path, await encoded(format, flat))
    // DuckDB takes quoted nothing for null unless it is told not to.
    const from = path.includes('csv') ? `read_csv('${path}', allow_quoted_nulls = false)` : `'${path}'`
    const read = await duck.runAndReadAll(`SELECT id::INT AS id, name FROM ${from}`)
    expect(read.getRowObjectsJS()).toEqual(flat)
  })
})
