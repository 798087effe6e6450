import { reasons } from '../errors.ts'
import { type Format, utf8 } from './codec.ts'
import { jsonText, parsed } from './json-format.ts'
import type { StandardSchema } from './standard-schema.ts'

/**
 * JSON values in UTF-8, one a line: each record becomes a list, which `flatMap((values) => values)` takes apart. Empty
 * lines are passed over. A line that is wrong makes the whole record undecodable, so that nothing of it is lost
 * without a word. As for `json`, a schema checks what is decoded.
 *
 * @throws MillraceError `ROW_INVALID` from `encode` for what JSON has no text for.
 * @example
 * ndjson<number>().decode(new TextEncoder().encode('1\n2\n')) // [1, 2]
 */
export function ndjson<T>(): Format<readonly T[]>
export function ndjson<T>(schema: StandardSchema<T>): Format<readonly T[]>
export function ndjson<T>(schema?: StandardSchema<T>): Format<readonly T[]> {
  return {
    name: 'ndjson',
    decode: (data) => {
      const values: T[] = []
      for (const [index, line] of utf8(data).split('\n').entries()) {
        if (line.trim() !== '') values.push(valueOfLine(line, index + 1, schema))
      }
      return values
    },
    encode: (values) => Buffer.from(values.map((value) => `${jsonText(value)}\n`).join('')),
  }
}

function valueOfLine<T>(line: string, number: number, schema: StandardSchema<T> | undefined): T {
  try {
    return parsed(line, schema)
  } catch (cause) {
    throw new Error(`line ${number}: ${reasons(cause)[0]}`, { cause })
  }
}
