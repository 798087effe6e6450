import avsc, { type Type } from 'avsc'
import type { Format } from '../../src/contract/codec.ts'
import { MillraceError, reasons } from '../../src/errors.ts'
import { exactLong } from './exact-long.ts'
import { itemCountsOf } from './item-counts.ts'

/** How the data was written. */
export interface AvroOptions {
  /** The schema that the data was written with, if it is another one than it is read with. */
  readonly writer?: object | string
}

/**
 * One Avro value a record, in the binary encoding without a header. The schema is the object or the JSON text of an
 * `.avsc` file; the type parameter is a promise of yours about what it describes. Data that was written with another
 * schema is read by Avro's rules of schema resolution. A `long` beyond 2^53 makes the record undecodable, as does
 * one beyond 2^52 in data that was written with another schema. What is
 * encoded is of `schema`. Needs the package `avsc`.
 *
 * @throws MillraceError `JOB_INVALID` for a schema that is none, or that cannot read what `writer` wrote; `ROW_INVALID`
 *   from `encode` for a value that is not of the schema.
 * @example
 * const point = { type: 'record', name: 'Point', fields: [{ name: 'x', type: 'int' }] }
 * avro<{ x: number }>(point).decode(new Uint8Array([54])).x // 27
 */
export function avro<T>(schema: object | string, { writer }: AvroOptions = {}): Format<T> {
  const type = typeOf(schema)
  const read = readerOf(type, writer === undefined ? type : typeOf(writer))
  return {
    name: `avro ${type.name ?? type.typeName}`,
    decode: (data) => read(data) as T,
    encode: (value) => encoded(type, value),
  }
}

/** Where a `long` is read as another type, `avsc` is right up to here only. */
const longestResolved = 2 ** 52

function readerOf(type: Type, written: Type): (data: Uint8Array) => unknown {
  const resolver = type === written ? undefined : described(() => type.createResolver(written))
  const check = itemCountsOf(written, type === written ? Number.POSITIVE_INFINITY : longestResolved)
  return (data) => {
    check(data)
    return type.fromBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), resolver)
  }
}

function typeOf(schema: object | string): Type {
  return described(() => {
    const parsed = typeof schema === 'string' ? JSON.parse(schema) : schema
    return avsc.Type.forSchema(parsed, { registry: { long: exactLong } })
  })
}

function described<T>(describe: () => T): T {
  try {
    return describe()
  } catch (cause) {
    throw new MillraceError('JOB_INVALID', `avro(…): ${reasons(cause)[0]}`, { cause })
  }
}

function encoded(type: Type, value: unknown): Uint8Array {
  try {
    return type.toBuffer(value)
  } catch (cause) {
    throw new MillraceError('ROW_INVALID', `Avro: ${reasons(cause)[0]}`, { cause })
  }
}
