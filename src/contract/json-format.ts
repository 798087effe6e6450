import { MillraceError } from '../errors.ts'
import { type Format, utf8 } from './codec.ts'
import { conforming, type StandardSchema } from './standard-schema.ts'

/**
 * JSON in UTF-8. With a schema (of zod, valibot, arktype, or any other Standard Schema library) each value is checked
 * when it is decoded, and is what the schema makes of it. Without one, the type parameter is a promise of yours about
 * what the stream holds; nothing checks it. What is encoded is not checked.
 *
 * @throws MillraceError `ROW_INVALID` from `encode` for what JSON has no text for, such as `undefined` or a bigint.
 * @example
 * json<{ id: string }>().decode(new TextEncoder().encode('{"id":"a"}')).id // 'a'
 * @example
 * import { z } from 'zod'
 * const order = json(z.object({ cents: z.number() }))
 * order.decode(order.encode({ cents: 5 })) // { cents: 5 }
 */
export function json<T>(): Format<T>
export function json<T>(schema: StandardSchema<T>): Format<T>
export function json<T>(schema?: StandardSchema<T>): Format<T> {
  return {
    name: 'json',
    decode: (data) => parsed(utf8(data), schema),
    encode: (value) => Buffer.from(jsonText(value)),
  }
}

/** The value of a JSON text. */
export function parsed<T>(text: string, schema: StandardSchema<T> | undefined): T {
  const value: unknown = JSON.parse(text)
  return schema === undefined ? (value as T) : conforming(schema, value)
}

/** The JSON text of a value, on one line. */
export function jsonText(value: unknown): string {
  const text = textOrUndefined(value)
  if (text === undefined) throw new MillraceError('ROW_INVALID', `JSON has no text for ${typeof value}`)
  return text
}

function textOrUndefined(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new MillraceError('ROW_INVALID', 'JSON has no text for the value', { cause })
  }
}
