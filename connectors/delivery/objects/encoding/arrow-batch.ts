import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Map_,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Timestamp,
  TimeUnit,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import type { Column, Columns, MapColumn, PlainColumn } from '../columns/column.ts'
import { lengthsOf, widthOf } from '../columns/runs.ts'
import type { Batch } from '../format.ts'

const plainTypes: Readonly<Record<PlainColumn, () => DataType>> = {
  string: () => new Utf8(),
  boolean: () => new Bool(),
  int8: () => new Int8(),
  int16: () => new Int16(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint8: () => new Uint8(),
  uint16: () => new Uint16(),
  uint32: () => new Uint32(),
  uint64: () => new Uint64(),
  float: () => new Float32(),
  double: () => new Float64(),
  binary: () => new Binary(),
  date: () => new DateDay(),
  timestamp: () => new Timestamp(TimeUnit.MILLISECOND, 'UTC'),
}
const units = { s: TimeUnit.SECOND, ms: TimeUnit.MILLISECOND, us: TimeUnit.MICROSECOND } as const

/** The schema of columns. */
export function schemaOf(columns: Columns, metadata: ReadonlyMap<string, string> = new Map()): Schema {
  return new Schema(fieldsOf(columns), new Map(metadata))
}

function fieldsOf(columns: Columns): Field[] {
  return Object.entries(columns).map(([name, column]) => fieldOf(name, column))
}

function fieldOf(name: string, column: Column): Field {
  const optional = typeof column === 'object' && column.kind === 'optional'
  return new Field(name, typeOf(optional ? column.of : column), optional)
}

function typeOf(column: Column): DataType {
  if (typeof column === 'string') return plainTypes[column]()
  switch (column.kind) {
    case 'optional':
      return typeOf(column.of)
    case 'decimal':
      return new Decimal(column.scale, column.precision, 128)
    case 'fixed':
      return new FixedSizeBinary(column.sizeBytes)
    case 'timestamp':
      return new Timestamp(units[column.unit], column.utc ? 'UTC' : null)
    case 'list':
      return new List(fieldOf('element', column.of))
    case 'map':
      return new Map_(new Field('key_value', entryOf(column), false))
    case 'struct':
      return new Struct(fieldsOf(column.fields))
  }
}

function entryOf({ key, value }: MapColumn): Struct<{ key: DataType; value: DataType }> {
  return new Struct([fieldOf('key', key), fieldOf('value', value)])
}

/** A record batch of rows. Most of its buffers are the runs themselves. */
export function recordBatchOf(schema: Schema, columns: Columns, { packed, rows }: Batch): RecordBatch {
  const runs = packed[Symbol.iterator]()
  const children = Object.values(columns).map((column, at) =>
    dataOf(schema.fields[at]?.type as DataType, column, rows, runs),
  )
  const type = new Struct(schema.fields)
  return new RecordBatch(schema, makeData({ type, length: rows, nullCount: 0, children }))
}

interface Validity {
  readonly nullCount: number
  readonly nullBitmap?: Uint8Array
}

function dataOf(
  type: DataType,
  column: Column,
  length: number,
  runs: Iterator<Uint8Array>,
  validity: Validity = { nullCount: 0 },
): Data {
  if (typeof column === 'object' && column.kind === 'optional')
    return dataOf(type, column.of, length, runs, validityOf(next(runs)))
  // What is given here fits the type: both follow from the column.
  return makeData({ type, length, ...validity, ...buffersOf(type, column, length, runs) } as never)
}

function buffersOf(type: DataType, column: Column, length: number, runs: Iterator<Uint8Array>): object {
  if (column === 'boolean') return { data: bitmapOf(next(runs)) }
  if (column === 'string' || column === 'binary') {
    const data = next(runs)
    return { data, valueOffsets: offsetsOf(next(runs)) }
  }
  if (widthOf(column) !== undefined) return { data: valuesOf(type, next(runs)) }
  if (typeof column === 'string' || column.kind === 'struct') {
    const fields = typeof column === 'string' ? [] : Object.values(column.fields)
    return {
      children: fields.map((field, at) => dataOf(type.children[at]?.type as DataType, field, length, runs)),
    }
  }
  const valueOffsets = offsetsOf(next(runs))
  const items = valueOffsets[length] as number
  const of = itemOf(column)
  return { valueOffsets, child: dataOf(type.children[0]?.type as DataType, of, items, runs) }
}

function itemOf(column: Column): Column {
  if (typeof column === 'object' && column.kind === 'list') return column.of
  if (typeof column === 'object' && column.kind === 'map')
    return { kind: 'struct', fields: { key: column.key, value: column.value } }
  throw new TypeError('only lists and maps have items')
}

function valuesOf(type: DataType, run: Uint8Array): ArrayBufferView {
  if (type instanceof FixedSizeBinary) return run
  const { ArrayType } = type as DataType & {
    ArrayType: new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView
  } & { ArrayType: { BYTES_PER_ELEMENT: number } }
  return new ArrayType(run.buffer, run.byteOffset, run.byteLength / ArrayType.BYTES_PER_ELEMENT)
}

function offsetsOf(run: Uint8Array): Int32Array {
  const lengths = lengthsOf(run)
  const offsets = new Int32Array(lengths.length + 1)
  let end = 0
  for (let row = 0; row < lengths.length; row++) {
    end += lengths[row] as number
    offsets[row + 1] = end
  }
  return offsets
}

function validityOf(present: Uint8Array): Validity {
  let nullCount = 0
  for (const flag of present) if (flag === 0) nullCount++
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bitmapOf(present) }
}

function bitmapOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array((flags.length + 7) >> 3)
  for (let row = 0; row < flags.length; row++) {
    if (flags[row] !== 0) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7))
  }
  return bits
}

function next(runs: Iterator<Uint8Array>): Uint8Array {
  return runs.next().value
}
