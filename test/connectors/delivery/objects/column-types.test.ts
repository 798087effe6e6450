import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import {
  Bool,
  Dictionary,
  Field,
  Int16,
  Int32,
  List,
  Schema,
  Struct,
  TimestampMicrosecond,
  Uint64,
  Utf8,
} from 'apache-arrow'
import fc from 'fast-check'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import parquetjs from 'parquetjs-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { arrow, column, parquet } from '../../../../connectors/delivery/index.ts'
import type { Columns } from '../../../../connectors/delivery/objects/columns/column.ts'
import type { Format } from '../../../../connectors/delivery/objects/format.ts'
import { encoded } from './encode.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-columns-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let duck: Awaited<ReturnType<DuckDBInstance['connect']>>
beforeAll(async () => {
  duck = await (await DuckDBInstance.create()).connect()
})
afterAll(() => duck.closeSync())
let files = 0

async function write<T>(format: Format<T>, rows: readonly T[]): Promise<string> {
  const path = join(scratch, `${++files}.${format.extension}`)
  writeFileSync(path, await encoded(format, rows))
  return path
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  return (await duck.runAndReadAll(sql)).getRowObjectsJS()
}

/** What DuckDB makes of a column, as text. */
async function texts(path: string, expression = 'v::VARCHAR'): Promise<unknown[]> {
  return (await query(`SELECT ${expression} AS v FROM '${path}'`)).map(({ v }) => v)
}

describe('a column of a Parquet file', () => {
  test.each([
    ['int8', 'int8', [-128, 0, 127], 'TINYINT'],
    ['int16', 'int16', [-32768, 32767], 'SMALLINT'],
    ['int32', 'int32', [-(2 ** 31), 2 ** 31 - 1], 'INTEGER'],
    ['int64', 'int64', [-(2n ** 63n), 2n ** 63n - 1n, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 32], 'BIGINT'],
    ['uint8', 'uint8', [0, 255], 'UTINYINT'],
    ['uint16', 'uint16', [0, 65535], 'USMALLINT'],
    ['uint32', 'uint32', [0, 2 ** 32 - 1], 'UINTEGER'],
    ['uint64', 'uint64', [0, 2n ** 64n - 1n, 2 ** 53 - 1], 'UBIGINT'],
    ['boolean', 'boolean', [true, false, true], 'BOOLEAN'],
    ['string', 'string', ['', 'ß😀', 'x'.repeat(1000)], 'VARCHAR'],
    ['decimal', column.decimal(9, 2), ['-0.01', '1234567.89', '12.50'], 'DECIMAL(9,2)'],
    [
      'decimal of 38 digits',
      column.decimal(38, 10),
      ['-1234567890123456789012345678.0123456789', '0.0000000001'],
      'DECIMAL(38,10)',
    ],
    ['date', 'date', ['0001-01-01', '1969-12-31', '2024-02-29', '9999-12-31'], 'DATE'],
  ] as const)('%s is exact', async (_, type, values, name) => {
    const format = parquet({ v: type } as Columns)
    const path = await write(
      format,
      values.map((v) => ({ v })),
    )
    expect(await query(`SELECT DISTINCT typeof(v) AS t FROM '${path}'`)).toEqual([{ t: name }])
    expect(await texts(path)).toEqual(values.map(String))
  })

  test('decimals may be given as bigints and whole numbers', async () => {
    const path = await write(parquet({ v: column.decimal(20, 3) }), [{ v: 5n }, { v: -7 }, { v: '+1.5' }])
    expect(await texts(path)).toEqual(['5.000', '-7.000', '1.500'])
  })

  test.each(['float', 'double'] as const)(
    '%s keeps NaN and infinities, and readers find them',
    async (type) => {
      const values = [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]
      const path = await write(
        parquet({ v: type }),
        values.map((v) => ({ v })),
      )
      expect((await query(`SELECT v FROM '${path}'`)).map(({ v }) => v)).toEqual(values)
      // To DuckDB NaN is the largest number: statistics without it would hide the row.
      expect(await query(`SELECT count(*) AS n FROM '${path}' WHERE v > 'Infinity'::DOUBLE`)).toEqual([
        { n: 1n },
      ])
      const list = await write(
        parquet({ v: column.list(type) }),
        values.map((v) => ({ v: [v] })),
      )
      expect((await query(`SELECT v[1] AS v FROM '${list}'`)).map(({ v }) => v)).toEqual(values)
    },
  )

  test('float takes the nearest number of 32 bits', async () => {
    const path = await write(parquet({ v: 'float' }), [{ v: 0.1 }])
    expect(await query(`SELECT v FROM '${path}'`)).toEqual([{ v: Math.fround(0.1) }])
    expect(() => parquet({ v: 'float' }).open().append({ v: 1e39 })).toThrow('column v takes')
  })

  test('bytes are kept, of any and of fixed length', async () => {
    const rows = [
      { a: Uint8Array.of(), b: Uint8Array.of(1, 2) },
      { a: Buffer.from([0, 255]), b: Uint8Array.of(255, 0) },
    ]
    const path = await write(parquet({ a: 'binary', b: column.fixed(2) }), rows)
    expect(await query(`SELECT hex(a) AS a, hex(b) AS b FROM '${path}'`)).toEqual([
      { a: '', b: '0102' },
      { a: '00FF', b: 'FF00' },
    ])
  })

  test('times are exact in every unit, with and without a zone, and before 1970', async () => {
    const columns = {
      s: column.timestamp('s'),
      ms: 'timestamp',
      us: column.timestamp('us'),
      wall: column.timestamp('us', { utc: false }),
    } as const
    const rows = [
      { s: -1000, ms: -1, us: -1n, wall: new Date(-1) },
      { s: new Date(1_700_000_000_000), ms: 1_700_000_000_001, us: 1_700_000_000_000_001n, wall: 0 },
      { s: 8.64e12, ms: 8.64e15, us: new Date(8.64e15), wall: -8.64e15 },
    ]
    const path = await write(parquet(columns), rows)
    expect(
      await query(`SELECT typeof(s) s, typeof(us) us, typeof(wall) wall FROM '${path}' LIMIT 1`),
    ).toEqual([{ s: 'TIMESTAMP WITH TIME ZONE', us: 'TIMESTAMP WITH TIME ZONE', wall: 'TIMESTAMP' }])
    const micros = `epoch_us(s) s, epoch_us(ms) ms, epoch_us(us) us, epoch_us(wall) wall`
    expect(await query(`SELECT ${micros} FROM '${path}'`)).toEqual([
      { s: -1_000_000n, ms: -1000n, us: -1n, wall: -1000n },
      { s: 1_700_000_000_000_000n, ms: 1_700_000_000_001_000n, us: 1_700_000_000_000_001n, wall: 0n },
      {
        s: 8_640_000_000_000_000n,
        ms: 8_640_000_000_000_000_000n,
        us: 8_640_000_000_000_000_000n,
        wall: -8_640_000_000_000_000_000n,
      },
    ])
  })

  test('what is nested and what is null reads back value by value', async () => {
    const columns = {
      id: 'int32',
      note: column.optional('string'),
      place: column.optional(column.struct({ lat: 'double', name: column.optional('string') })),
      tags: column.optional(column.list(column.optional('string'))),
      grid: column.list(column.list('int32')),
      counts: column.map('string', column.optional('int32')),
      lines: column.list(column.struct({ sku: 'string', n: 'int32' })),
    } as const
    const text = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((value) => !value.includes('\0'))
    const whole = fc.integer()
    // JSON, by which they are compared, has neither infinities nor a negative zero.
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
    const row = fc.record({
      id: whole,
      note: fc.option(text),
      place: fc.option(fc.record({ lat: finite, name: fc.option(text) })),
      tags: fc.option(fc.array(fc.option(text), { maxLength: 4 })),
      grid: fc.array(fc.array(whole, { maxLength: 3 }), { maxLength: 3 }),
      counts: fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        fc.option(whole),
        { maxKeys: 3, noNullPrototype: true },
      ),
      lines: fc.array(fc.record({ sku: text, n: whole }), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const path = await write(parquet(columns, { rowGroup: { rows: 7 } }), rows)
        const json = `SELECT to_json(t) AS j FROM (SELECT * REPLACE (map_entries(counts) AS counts) FROM '${path}') t`
        const fromDuck = (await query(json)).map(({ j }) => JSON.parse(j as string))
        expect(fromDuck).toEqual(
          rows.map((value) => ({
            ...JSON.parse(JSON.stringify(value)),
            counts: Object.entries(value.counts).map(([key, count]) => ({ key, value: count })),
          })),
        )
        const fromHyparquet = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
        // It gives undefined for what is nested and null.
        const read = fromHyparquet.map((value) => ({
          ...value,
          place: value['place'] ?? null,
          tags: value['tags'] ?? null,
        }))
        expect(read).toEqual(rows)
      }),
      { numRuns: 25 },
    )
  })

  test('a field that is missing is null where the column is optional, and named where it is not', () => {
    const batch = parquet({
      a: column.optional('int32'),
      b: column.struct({ c: column.list('int8') }),
    }).open()
    expect(batch.append({ b: { c: [1] } })).toBe(1 + 4 + 1)
    expect(() => batch.append({ b: { c: [1, 2, 300] } })).toThrow(
      'column b.c.element takes an integer from -128 to 127',
    )
    expect(() => batch.append({ b: {} as { c: [] } })).toThrow('column b.c takes an array, not undefined')
    expect(batch.rows).toBe(1)
  })

  test('maps take Maps and objects', async () => {
    const format = parquet({ v: column.map('string', 'int32') })
    const path = await write(format, [{ v: new Map([['a', 1]]) }, { v: { b: 2 } }])
    expect(await texts(path)).toEqual(['{a=1}', '{b=2}'])
  })

  test.each([
    ['int8', 128],
    ['uint8', -1],
    ['uint32', 2 ** 32],
    ['uint64', -1n],
    ['uint64', 2n ** 64n],
    ['binary', 'text'],
    ['date', '2023-02-29'],
    ['date', new Date(1)],
    [column.decimal(4, 2), '100.00'],
    [column.decimal(4, 2), '1.005'],
    [column.decimal(4, 2), 'NaN'],
    [column.decimal(4, 2), 0.5],
    [column.fixed(2), Uint8Array.of(1)],
    [column.timestamp('s'), 1],
    [column.list('int32'), 'abc'],
    [column.struct({ a: 'int32' }), [1]],
  ] as const)('%s refuses %s', (type, v) => {
    const batch = parquet({ v: type } as Columns).open()
    expect(() => batch.append({ v } as never)).toThrow('column v takes')
    expect(batch.take().every((run) => run.length === 0)).toBe(true)
  })

  test.each([
    [column.decimal(39, 0), 'precision'],
    [column.decimal(5, 6), 'scale'],
    [column.fixed(0), 'sizeBytes'],
    [column.optional(column.optional('int32')), 'optional twice'],
    [column.map(column.optional('string'), 'int32'), 'cannot be null'],
    [column.struct({}), 'no fields'],
    [column.list('text' as 'string'), 'v.element has type text'],
  ])('a type that cannot be is refused (%#)', (type, reason) => {
    expect(() => parquet({ v: type } as Columns)).toThrow(reason)
    expect(() => parquet({ v: type } as Columns)).toThrow('OPTION_INVALID')
  })
})

describe('a Parquet file', () => {
  const rows = Array.from({ length: 5000 }, (_, id) => ({ id: `id-${id}`, city: `city-${id % 10}`, n: id }))
  const columns = { id: 'string', city: 'string', n: 'int32' } as const

  test('has statistics, page indexes, and dictionaries where texts repeat', async () => {
    const path = await write(parquet(columns, { rowGroup: { rows: 2000 } }), rows)
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path))
    expect(metadata.row_groups.map(({ num_rows }) => num_rows)).toEqual([2000n, 2000n, 1000n])
    const chunks = metadata.row_groups[1]!.columns
    expect(chunks.map(({ meta_data }) => meta_data?.dictionary_page_offset !== undefined)).toEqual([
      false,
      true,
      false,
    ])
    expect(chunks[2]!.meta_data?.statistics).toMatchObject({ min_value: 2000, max_value: 3999 })
    for (const { column_index_offset, offset_index_offset } of chunks) {
      expect([column_index_offset, offset_index_offset]).toEqual([expect.any(BigInt), expect.any(BigInt)])
    }
    expect(await query(`SELECT id, city FROM '${path}' WHERE n = 3999`)).toEqual([
      { id: 'id-3999', city: 'city-9' },
    ])
  })

  test('readers that go by the page index find every page of every row group', async () => {
    const path = await write(
      parquet({ n: 'int32' }, { rowGroup: { rows: 50_000 } }),
      Array.from({ length: 120_000 }, (_, n) => ({ n })),
    )
    const file = await asyncBufferFromFile(path)
    for (const [rowStart, rowEnd] of [
      [0, 3],
      [49_998, 50_003],
      [70_001, 70_004],
      [119_997, 120_000],
    ] as const) {
      const read = await parquetReadObjects({ file, rowStart, rowEnd, useOffsetIndex: true } as Parameters<
        typeof parquetReadObjects
      >[0])
      expect(read.map(({ n }) => n)).toEqual(
        Array.from({ length: rowEnd - rowStart }, (_, at) => rowStart + at),
      )
    }
  })

  test('says what it is told of itself, in the same order every time', async () => {
    const told = { 'millrace.sink': 'lake', 'millrace.rows': '0-4999' }
    const format = parquet(columns)
    const bytes = await encoded(format, rows, { told })
    for (let again = 0; again < 5; again++)
      expect((await encoded(format, rows, { told })).equals(bytes)).toBe(true)
    const path = join(scratch, `${++files}.parquet`)
    writeFileSync(path, bytes)
    const pairs = await query(
      `SELECT decode(key) AS k, decode(value) AS v FROM parquet_kv_metadata('${path}')`,
    )
    expect(pairs).toEqual(expect.arrayContaining(Object.entries(told).map(([k, v]) => ({ k, v }))))
  })

  test.each(['none', 'snappy', 'gzip'] as const)(
    'of plain columns is read by parquetjs-lite (%s)',
    async (compression) => {
      const all = {
        s: 'string',
        i: 'int32',
        d: 'double',
        b: 'boolean',
        l: 'int64',
        o: column.optional('int32'),
      } as const
      const given = Array.from({ length: 300 }, (_, i) => ({
        s: `ß${i}`,
        i,
        d: i / 3,
        b: i % 2 > 0,
        l: BigInt(i) << 40n,
        o: i % 3 ? i : undefined,
      }))
      const reader = await parquetjs.ParquetReader.openFile(
        await write(parquet(all, { compression, rowGroup: { rows: 128 } }), given),
      )
      const cursor = reader.getCursor()
      const read: unknown[] = []
      for (let row = await cursor.next(); row; row = await cursor.next()) read.push(row)
      await reader.close()
      expect(read).toEqual(given)
    },
  )
})

describe('columns', () => {
  const rows = [{ id: 5n, name: 'a', on: true, tags: ['x'], at: 7n, in: { n: 1 } }]

  test('can be a schema of apache-arrow', async () => {
    const schema = new Schema([
      new Field('id', new Uint64(), false),
      new Field('name', new Dictionary(new Utf8(), new Int32()), true),
      new Field('on', new Bool(), false),
      new Field('tags', new List(new Field('item', new Utf8(), false)), false),
      new Field('at', new TimestampMicrosecond('UTC'), false),
      new Field('in', new Struct([new Field('n', new Int16(), true)]), false),
    ])
    const format = parquet(schema)
    expect(JSON.parse(format.layout)).toEqual([
      ['id', 'uint64'],
      ['name', { kind: 'optional', of: 'string' }],
      ['on', 'boolean'],
      ['tags', { kind: 'list', of: 'string' }],
      ['at', { kind: 'timestamp', unit: 'us', utc: true }],
      ['in', { kind: 'struct', fields: { n: { kind: 'optional', of: 'int16' } } }],
    ])
    const path = await write(format, rows)
    expect(
      await query(`SELECT id, name, tags[1] AS tag, epoch_us("at") AS "at", "in".n AS n FROM '${path}'`),
    ).toEqual([{ id: 5n, name: 'a', tag: 'x', at: 7n, n: 1 }])
  })

  test('a type of Arrow that has no column is named', () => {
    const schema = new Schema([new Field('zone', new TimestampMicrosecond('Europe/Berlin'), false)])
    expect(() => arrow(schema)).toThrow('field zone has type Timestamp<MICROSECOND, Europe/Berlin>')
  })

  test('can be what a validator says of its values', async () => {
    const schema = z.object({
      id: z.string(),
      cents: z.int(),
      share: z.number(),
      status: z.enum(['paid', 'open']),
      note: z.string().nullable(),
      tags: z.array(z.string()).optional(),
      counts: z.record(z.string(), z.int()),
      place: z.object({ lat: z.number() }),
    })
    const format = parquet(schema)
    expect(JSON.parse(format.layout)).toEqual([
      ['id', 'string'],
      ['cents', 'int64'],
      ['share', 'double'],
      ['status', 'string'],
      ['note', { kind: 'optional', of: 'string' }],
      ['tags', { kind: 'optional', of: { kind: 'list', of: 'string' } }],
      ['counts', { kind: 'map', key: 'string', value: 'int64' }],
      ['place', { kind: 'struct', fields: { lat: 'double' } }],
    ])
    const path = await write(format, [
      { id: 'a', cents: 5, share: 0.5, status: 'paid', note: null, counts: { x: 1 }, place: { lat: 2 } },
    ])
    expect(await query(`SELECT cents, note, place.lat AS lat FROM '${path}'`)).toEqual([
      { cents: 5n, note: null, lat: 2 },
    ])
  })

  test.each([
    [z.object({ at: z.date() }), 'cannot say what its columns are'],
    [z.object({ v: z.union([z.string(), z.number()]) }), 'v may be one of several types'],
    [z.string(), 'not of objects'],
  ])('a validator that cannot say it is refused (%#)', (schema, reason) => {
    expect(() => parquet(schema as z.ZodType<object>)).toThrow(reason)
  })
})
