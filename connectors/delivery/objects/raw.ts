import { MillraceError } from '../../../src/errors.ts'
import { type Format, InvalidRow, shown } from './format.ts'
import { type TextOptions, textFormat } from './text-format.ts'

/** How files of raw rows are laid out. */
export interface RawOptions extends TextOptions {
  /** What follows every row. Rows must not hold it. `''` for nothing. Default `'\n'`. */
  readonly delimiter?: string
  /** The extension of the files, before that of the compression: small letters. Default `'txt'`. */
  readonly extension?: string
}

/**
 * Files of rows that are bytes or text (in UTF-8) already, one after the other. A row that holds the delimiter is refused
 * with `ROW_INVALID`, since it would read back as two.
 *
 * @throws MillraceError `OPTION_INVALID` for an extension or a compression that cannot be.
 * @example
 * raw({ delimiter: '\n', compression: 'gzip' })
 */
export function raw({
  delimiter = '\n',
  extension = 'txt',
  ...options
}: RawOptions = {}): Format<string | Uint8Array> {
  if (!/^[a-z]+$/.test(extension))
    throw new MillraceError(
      'OPTION_INVALID',
      `the extension is ${shown(extension)}; it must be small letters`,
    )
  const end = Buffer.from(delimiter)
  const bytesOf = (row: string | Uint8Array) =>
    typeof row === 'string' ? delimitedText(row, delimiter) : delimitedBytes(row, end)
  return textFormat(extension, JSON.stringify(['raw', delimiter]), bytesOf, options)
}

function delimitedText(row: string, delimiter: string): string {
  const text = row + delimiter
  if (delimiter !== '' && text.indexOf(delimiter) !== row.length) refuse(row, delimiter)
  return text
}

function delimitedBytes(row: Uint8Array, end: Buffer): Uint8Array {
  if (!(row instanceof Uint8Array)) throw new InvalidRow(`a row is text or a Uint8Array, not ${shown(row)}`)
  const bytes = Buffer.concat([row, end])
  if (end.length > 0 && bytes.indexOf(end) !== row.length) refuse(row, end.toString())
  return bytes
}

function refuse(row: unknown, delimiter: string): never {
  throw new InvalidRow(`a row holds the delimiter ${JSON.stringify(delimiter)}: ${shown(row)}`)
}
