import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parquet } from '../../../../connectors/delivery/index.ts'
import type { Format } from '../../../../connectors/delivery/objects/format.ts'
import { encoded } from './encode.ts'
import { rowsOf } from './lake.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-parquet-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let path = ''
let files = 0

const columns = { s: 'string', i: 'int32', l: 'int64', d: 'double', b: 'boolean', t: 'timestamp' } as const
const format = parquet(columns)
type RowIn = typeof format extends Format<infer T> ? T : never

const anyRow = fc.record({
  s: fc.string({ unit: 'grapheme' }),
  i: fc.integer(),
  l: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  d: fc.double(),
  b: fc.boolean(),
  t: fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
})

/** A new file each time, since DuckDB remembers files by name. */
async function write(values: readonly RowIn[]): Promise<void> {
  writeBytes(await encoded(format, values))
}

function writeBytes(bytes: Buffer): void {
  path = join(scratch, `${++files}.parquet`)
  writeFileSync(path, bytes)
}

describe('parquet', () => {
  let duck: Awaited<ReturnType<DuckDBInstance['connect']>>
  beforeAll(async () => {
    duck = await (await DuckDBInstance.create()).connect()
  })
  afterAll(() => duck.closeSync())
  const query = async (sql: string) => (await duck.runAndReadAll(sql)).getRowObjectsJS()

  test('hyparquet and DuckDB read back every row exactly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 60 }), async (values) => {
        await write(values)
        const read = (await rowsOf(path)).map(({ t, ...row }) => ({ ...row, t: Number(t) }))
        expect(read).toEqual(values)
        const times = 'epoch_ms(t)::BIGINT AS t'
        const fromDuck = await query(`SELECT s, i, l, d, b, ${times} FROM '${path}'`)
        expect(fromDuck.map(({ t, ...row }) => ({ ...row, t: Number(t) }))).toEqual(values)
      }),
      { numRuns: 60 },
    )
  })

  test('a reader that skips by statistics finds every value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 8 }), async (values) => {
        await write(values)
        for (const { s, i, l, d, t } of values) {
          const [{ found } = { found: 0n }] = await query(
            `SELECT count(*) AS found FROM '${path}' WHERE s = '${s.replaceAll("'", "''")}' AND i = ${i}
             AND l = '${l}'::BIGINT AND d = '${d}'::DOUBLE AND t = epoch_ms(${t}::BIGINT)`,
          )
          expect(found).not.toBe(0n)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('text is ordered by bytes, so an emoji is found beside U+FFFF', async () => {
    const row = { i: 1, l: 1, d: 1, b: true, t: 0 }
    await write([
      { ...row, s: '\uffff' },
      { ...row, s: '😀' },
    ])
    expect(await query(`SELECT s FROM '${path}' WHERE s = '😀'`)).toEqual([{ s: '😀' }])
  })

  test('the ends of every range survive', async () => {
    const values: RowIn[] = [
      { s: '', i: -(2 ** 31), l: -(2n ** 63n), d: -0, b: false, t: new Date(-8.64e15) },
      { s: 'ß😀\0', i: 2 ** 31 - 1, l: 2n ** 63n - 1n, d: Number.MIN_VALUE, b: true, t: new Date(8.64e15) },
      { s: 'x'.repeat(100_000), i: 0, l: -(2 ** 53 - 1), d: Number.NEGATIVE_INFINITY, b: true, t: -1 },
    ]
    await write(values)
    const read = await rowsOf(path)
    expect(read.map(({ l }) => l)).toEqual([-(2n ** 63n), 2n ** 63n - 1n, BigInt(-(2 ** 53 - 1))])
    expect(read.map(({ t }) => Number(t))).toEqual([-8.64e15, 8.64e15, -1])
    for (const column of ['s', 'i', 'd', 'b'] as const) {
      expect(read.map((row) => row[column])).toEqual(values.map((row) => row[column]))
    }
  })

  test('many row groups hold all rows in order', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => ({
      s: `${i % 97}`,
      i,
      l: i,
      d: i / 7,
      b: i % 2 > 0,
      t: i,
    }))
    writeBytes(await encoded(parquet(columns, { rowGroup: { rows: 10_000 } }), many))
    const rows = await query(`SELECT count(*) AS n, sum(i) AS i, max(d) AS d FROM '${path}'`)
    expect(rows).toEqual([{ n: 70_000n, i: 2_449_965_000n, d: 69_999 / 7 }])
    expect((await rowsOf(path)).map(({ i }) => i)).toEqual(many.map(({ i }) => i))
    expect(await query(`SELECT max(row_group_id) AS last FROM parquet_metadata('${path}')`)).toEqual([
      { last: 6n },
    ])
  })

  test('large rows make small row groups', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      s: `${i}`.repeat(500_000),
      i,
      l: i,
      d: i,
      b: true,
      t: i,
    }))
    writeBytes(await encoded(parquet(columns, { rowGroup: { size: '16MiB' } }), rows))
    expect(await query(`SELECT max(row_group_id) AS last FROM parquet_metadata('${path}')`)).toEqual([
      { last: 2n },
    ])
    expect(await query(`SELECT sum(length(s)) AS s FROM '${path}'`)).toEqual([{ s: 35_000_000n }])
  })

  test('the same rows give the same bytes', async () => {
    const values = fc.sample(anyRow, 50)
    expect((await encoded(format, values)).equals(await encoded(parquet(columns), values))).toBe(true)
  })

  test('columns may have names that are hard for others', async () => {
    const odd = parquet({ 'a.b': 'int32', 'a,b': 'int32', 'ünï code': 'string', constructor: 'boolean' })
    writeBytes(await encoded(odd, [{ 'a.b': 1, 'a,b': 2, 'ünï code': 'x', constructor: true }]))
    expect(await query(`SELECT * FROM '${path}'`)).toEqual([
      { 'a.b': 1, 'a,b': 2, 'ünï code': 'x', constructor: true },
    ])
  })

  test('a column whose name no object can hold is refused before the first row', () => {
    expect(() => parquet({ ['__proto__']: 'int32' })).toThrow('no column can be named __proto__')
  })

  test('the size of a row is that of its plain encoding', () => {
    expect(format.open().append({ s: 'ß', i: 1, l: 1, d: 1, b: true, t: 0 })).toBe(6 + 4 + 8 + 8 + 1 + 8)
  })

  test.each([
    ['s', '\ud800', 'lone surrogates'],
    ['s', 5, 'a string'],
    ['s', null, 'null'],
    ['s', undefined, 'undefined'],
    ['i', 1.5, '1.5'],
    ['i', 2 ** 31, '2147483648'],
    ['i', Number.NaN, 'NaN'],
    ['i', 1n, '1n'],
    ['l', 2n ** 63n, '9223372036854775808n'],
    ['l', -(2n ** 63n) - 1n, '-9223372036854775809n'],
    ['l', 2 ** 53, '9007199254740992'],
    ['l', 0.5, '0.5'],
    ['l', '1', '"1"'],
    ['d', 1n, '1n'],
    ['b', 1, '1'],
    ['t', new Date(Number.NaN), 'null'],
    ['t', 1.5, '1.5'],
    ['t', 8.64e15 + 1, '8640000000000001'],
    ['t', '2001-01-01', '"2001-01-01"'],
  ])('column %s refuses %s', (column, value, reason) => {
    const row = { s: '', i: 1, l: 1, d: 1, b: true, t: 0, [column]: value } as RowIn
    const batch = format.open()
    expect(() => batch.append(row)).toThrow(`column ${column} takes`)
    expect(() => batch.append(row)).toThrow(reason)
  })

  test('a row that is no object is refused', () => {
    expect(() => format.open().append(null as unknown as RowIn)).toThrow('column s takes')
  })

  test('columns of an unknown type, or none at all, are refused', () => {
    expect(() => parquet({})).toThrow('OPTION_INVALID')
    expect(() => parquet({ a: 'text' as 'string' })).toThrow('column a has type text')
    expect(() => parquet({ a: 'toString' as 'string' })).toThrow('OPTION_INVALID')
  })
})
