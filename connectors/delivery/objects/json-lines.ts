import { type Format, InvalidRow } from './format.ts'
import { type TextOptions, textFormat } from './text-format.ts'

/**
 * Files with a JSON value a line, in UTF-8. The type parameter is what rows are; nothing checks it.
 * Rows that JSON has no text for, such as `undefined`, bigints and circular ones, are refused with `ROW_INVALID`. As always
 * with JSON, NaN and Infinity become null, and Dates text.
 *
 * @throws MillraceError `OPTION_INVALID` for a compression that is not there.
 * @example
 * jsonLines<{ id: string; cents: number }>({ compression: 'gzip' })
 */
export function jsonLines<T>(options: TextOptions = {}): Format<T> {
  return textFormat<T>('jsonl', 'JSON lines', (row) => `${jsonOf(row)}\n`, options)
}

function jsonOf(row: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(row)
  } catch (cause) {
    throw new InvalidRow(`JSON has no text for the row: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
  if (text === undefined) throw new InvalidRow(`JSON has no text for ${typeof row}`)
  return text
}
