import { parse } from 'csv-parse/sync'
import type { Format } from '../../src/contract/codec.ts'
import { conforming, type StandardSchema } from '../../src/contract/standard-schema.ts'
import { MillraceError, reasons } from '../../src/errors.ts'

/** A row as text, by column. */
export type CsvRow<C extends string> = Readonly<Record<C, string>>

/** How the text is laid out. */
export interface CsvOptions<C extends string> {
  /** The names of the columns, in their order. */
  readonly columns: readonly C[]
  /** Whether every record begins with a line of the columns' names, which must then be these. Default `false`. */
  readonly header?: boolean
  /** One character. Default `','`. */
  readonly delimiter?: string
}

/**
 * CSV in UTF-8 (RFC 4180; lines may end in `\n`), any number of rows a record: each becomes a list, which
 * `flatMap((rows) => rows)` takes apart. A row with too few or too many fields makes the record undecodable. Fields are
 * text; a Standard Schema makes more of them when they are decoded. Needs the package `csv-parse`.
 *
 * @throws MillraceError `JOB_INVALID` for columns or a delimiter that make no sense; `ROW_INVALID` from `encode` for a
 *   field that is no text.
 * @example
 * csv({ columns: ['id', 'cents'] }).decode(new TextEncoder().encode('a,5\nb,7')) // [{ id: 'a', cents: '5' }, { id: 'b', cents: '7' }]
 * @example
 * import { z } from 'zod'
 * const orders = csv({ columns: ['id', 'cents'] }, z.object({ id: z.string(), cents: z.coerce.number() }))
 * orders.decode(new TextEncoder().encode('a,5')) // [{ id: 'a', cents: 5 }]
 */
export function csv<const C extends string>(options: CsvOptions<C>): Format<readonly CsvRow<C>[]>
export function csv<const C extends string, T extends Readonly<Record<C, unknown>>>(
  options: CsvOptions<C>,
  schema: StandardSchema<T>,
): Format<readonly T[]>
export function csv<C extends string, T extends Readonly<Record<C, unknown>>>(
  options: CsvOptions<C>,
  schema?: StandardSchema<T>,
): Format<readonly T[]> {
  check(options)
  return {
    name: 'csv',
    decode: (data) => {
      const rows = rowsOf(data, options)
      return schema === undefined
        ? (rows as readonly unknown[] as readonly T[])
        : rows.map((row, index) => checked(schema, row, index))
    },
    encode: (rows) => Buffer.from(linesOf(rows, options)),
  }
}

function rowsOf<C extends string>(
  data: Uint8Array,
  { columns, header = false, delimiter = ',' }: CsvOptions<C>,
) {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const lines: string[][] = parse(bytes, {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true,
  })
  const rows = header ? lines.slice(1) : lines
  if (header) checkHeader(lines[0], columns)
  return rows.map((fields, index) => rowOf(fields, index, columns))
}

function checkHeader(found: readonly string[] | undefined, columns: readonly string[]): void {
  if (found !== undefined && found.join('\n') === columns.join('\n')) return
  throw new Error(`the first line does not name the columns ${columns.join(', ')}`)
}

function rowOf<C extends string>(fields: readonly string[], index: number, columns: readonly C[]): CsvRow<C> {
  if (fields.length !== columns.length)
    throw new Error(`row ${index + 1} has ${fields.length} fields, not ${columns.length}`)
  return Object.fromEntries(columns.map((column, at) => [column, fields[at]!])) as CsvRow<C>
}

function checked<T>(schema: StandardSchema<T>, row: unknown, index: number): T {
  try {
    return conforming(schema, row)
  } catch (cause) {
    throw new Error(`row ${index + 1}: ${reasons(cause)[0]}`, { cause })
  }
}

function linesOf<C extends string>(
  rows: readonly Readonly<Record<C, unknown>>[],
  { columns, header = false, delimiter = ',' }: CsvOptions<C>,
): string {
  const lines = rows.map((row) => columns.map((column) => fieldOf(row[column], column)))
  return [...(header ? [columns] : []), ...lines]
    .map((fields) => `${fields.map((field) => quoted(field, delimiter)).join(delimiter)}\r\n`)
    .join('')
}

function fieldOf(value: unknown, column: string): string {
  if (typeof value === 'string') return value
  if (['number', 'bigint', 'boolean'].includes(typeof value)) return String(value)
  const kind = value === null ? 'null' : typeof value
  throw new MillraceError(
    'ROW_INVALID',
    `column ${JSON.stringify(column)} is ${kind}, which CSV has no text for`,
  )
}

/** An empty field is quoted as well: a line of nothing would be no row. */
function quoted(field: string, delimiter: string): string {
  const plain = field !== '' && !/["\r\n\ufeff]/.test(field) && !field.includes(delimiter)
  return plain ? field : `"${field.replaceAll('"', '""')}"`
}

function check({ columns, delimiter = ',' }: CsvOptions<string>): void {
  const wrong =
    (columns.length === 0 && 'there are no columns') ||
    (new Set(columns).size < columns.length && 'two columns have the same name') ||
    (columns.includes('__proto__') && 'a column is named "__proto__"') ||
    (!/^[^"\r\n]$/.test(delimiter) && 'the delimiter is not one character other than a quote or a line end')
  if (wrong) throw new MillraceError('JOB_INVALID', `csv(…): ${wrong}`)
}
