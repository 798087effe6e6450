import { MillraceError } from '../../../src/errors.ts'
import { type Format, InvalidRow, shown } from './format.ts'
import { type TextOptions, textFormat } from './text-format.ts'

/** What CSV has a text for: null is an empty field, a Date is in ISO 8601. */
export type CsvValue = string | number | bigint | boolean | Date | null | undefined

/** How CSV files are laid out. */
export interface CsvLinesOptions<C extends string> extends TextOptions {
  /** The columns that are written, in their order. */
  readonly columns: readonly C[]
  /** Whether every file begins with a line of the columns' names. Default `true`. */
  readonly header?: boolean
  /** One character. Default `','`. */
  readonly delimiter?: string
}

/**
 * CSV files in UTF-8 (RFC 4180). Empty text is quoted and null is not, so that readers can tell them from each other.
 * A row with anything but text, numbers, booleans, Dates and null is refused with `ROW_INVALID`.
 *
 * @throws MillraceError `OPTION_INVALID` for columns or a delimiter that make no sense, or a compression that is not there.
 * @example
 * csvLines({ columns: ['id', 'cents'], compression: 'gzip' })
 */
export function csvLines<const C extends string>(
  options: CsvLinesOptions<C>,
): Format<Readonly<Record<C, CsvValue>>> {
  const { header = true, delimiter = ',' } = options
  const columns = [...options.columns]
  check(columns, delimiter)
  const special = new RegExp(`["\\r\\n\\ufeff${delimiter.replace(/[\\^\]-]/, '\\$&')}]`)
  const lineOf = (fields: readonly string[]) => `${fields.join(delimiter)}\r\n`
  const rowOf = (row: Readonly<Record<C, CsvValue>>) =>
    lineOf(columns.map((column) => fieldOf(column, row?.[column], special)))
  const first = header ? lineOf(columns.map((column) => quoted(column, special))) : ''
  const layout = JSON.stringify(['CSV', delimiter, columns])
  return textFormat('csv', layout, rowOf, { ...options, header: first })
}

function fieldOf(column: string, value: unknown, special: RegExp): string {
  if (typeof value === 'string') return quoted(value, special)
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  throw new InvalidRow(
    `column ${column} takes text, a number, a boolean, a Date or null, not ${shown(value)}`,
  )
}

function quoted(text: string, special: RegExp): string {
  return text === '' || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function check(columns: readonly string[], delimiter: string): void {
  const wrong =
    (columns.length === 0 && 'there are no columns') ||
    (new Set(columns).size < columns.length && 'two columns have the same name') ||
    (!/^[^"\r\n]$/u.test(delimiter) && 'the delimiter is not one character, or one that CSV needs')
  if (wrong) throw new MillraceError('OPTION_INVALID', `csvLines(…): ${wrong}`)
}
