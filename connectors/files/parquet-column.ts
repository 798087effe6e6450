import { type Cell, InvalidRow, shown } from './format.ts'

/**
 * The type of a Parquet column: `string` (UTF-8), `int32`, `int64`, `double`, `boolean`, or `timestamp`
 * (milliseconds, UTC). No column takes null.
 */
export type ParquetColumn = 'string' | 'int32' | 'int64' | 'double' | 'boolean' | 'timestamp'

/** What a row holds in a column of type `C`. */
export type ValueOf<C extends ParquetColumn> = C extends 'string'
  ? string
  : C extends 'int64'
    ? number | bigint
    : C extends 'boolean'
      ? boolean
      : C extends 'timestamp'
        ? Date | number
        : number

/** What a kind of column can do. Every kind has one row in {@link columnTypes}. */
export interface ColumnType {
  /** The type's name in parquetjs-lite. */
  readonly parquetType: string
  /** What it takes, for messages. */
  readonly wanted: string
  /** The cell of a value; `undefined` for a value that would not read back as it was. */
  readonly cellOf: (value: unknown) => Cell | undefined
  /** Bytes of a cell in Parquet's plain encoding. */
  readonly sizeOf: (cell: Cell) => number
  /** The plain encoding of a cell, as statistics hold it. */
  readonly plain: (cell: Cell) => Buffer
  /** A column's cells as a value for CBOR that reads back exactly. */
  readonly pack: (cells: readonly Cell[]) => unknown
  readonly unpack: (packed: unknown) => Cell[]
}

const listed = {
  pack: (cells: readonly Cell[]): unknown => cells,
  unpack: (packed: unknown): Cell[] => packed as Cell[],
}

/** CBOR has neither a 64-bit integer that cbor-x gives back as bigint nor a negative zero: so as the bytes they are. */
const packedInt64 = {
  pack: (cells: readonly Cell[]): unknown => bytesOf(BigInt64Array.from(cells as readonly bigint[])),
  unpack: (packed: unknown): Cell[] => [...new BigInt64Array(ownBuffer(packed))],
}
const packedDouble = {
  pack: (cells: readonly Cell[]): unknown => bytesOf(Float64Array.from(cells as readonly number[])),
  unpack: (packed: unknown): Cell[] => [...new Float64Array(ownBuffer(packed))],
}

const loneSurrogate = /\p{Surrogate}/u
const largestTime = 8_640_000_000_000_000

export const columnTypes: Readonly<Record<ParquetColumn, ColumnType>> = {
  string: {
    parquetType: 'UTF8',
    wanted: 'a string without lone surrogates',
    cellOf: (value) => (typeof value === 'string' && !loneSurrogate.test(value) ? value : undefined),
    sizeOf: (cell) => 4 + Buffer.byteLength(cell as string),
    plain: (cell) => Buffer.from(cell as string),
    ...listed,
  },
  int32: {
    parquetType: 'INT32',
    wanted: 'an integer from -2^31 to 2^31 - 1',
    cellOf: (value) => (typeof value === 'number' && (value | 0) === value ? value | 0 : undefined),
    sizeOf: () => 4,
    plain: (cell) => bytesOf(Int32Array.of(cell as number)),
    ...listed,
  },
  int64: {
    parquetType: 'INT64',
    wanted: 'an integer, as a bigint from -2^63 to 2^63 - 1 or a number that is exact (up to 2^53 - 1)',
    cellOf: int64Of,
    sizeOf: () => 8,
    plain: (cell) => bytesOf(BigInt64Array.of(cell as bigint)),
    ...packedInt64,
  },
  double: {
    parquetType: 'DOUBLE',
    wanted: 'a number other than NaN',
    cellOf: (value) => (typeof value === 'number' && !Number.isNaN(value) ? value : undefined),
    sizeOf: () => 8,
    plain: (cell) => bytesOf(Float64Array.of(cell as number)),
    ...packedDouble,
  },
  boolean: {
    parquetType: 'BOOLEAN',
    wanted: 'true or false',
    cellOf: (value) => (typeof value === 'boolean' ? value : undefined),
    sizeOf: () => 1,
    plain: (cell) => Buffer.of(cell ? 1 : 0),
    ...listed,
  },
  timestamp: {
    parquetType: 'TIMESTAMP_MILLIS',
    wanted: 'a valid Date, or whole milliseconds since 1970 within its range',
    cellOf: timeOf,
    sizeOf: () => 8,
    plain: (cell) => bytesOf(BigInt64Array.of(cell as bigint)),
    ...packedInt64,
  },
}

/**
 * The cell of a value in a column.
 *
 * @throws InvalidRow if the column cannot hold the value.
 */
export function cellOf(column: string, type: ColumnType, value: unknown): Cell {
  const cell = type.cellOf(value)
  if (cell !== undefined) return cell
  throw new InvalidRow(`column ${column} takes ${type.wanted}, not ${shown(value)}`)
}

function int64Of(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined
}

function timeOf(value: unknown): bigint | undefined {
  const ms = value instanceof Date ? value.getTime() : value
  if (typeof ms !== 'number' || !Number.isInteger(ms) || Math.abs(ms) > largestTime) return undefined
  return BigInt(ms)
}

function bytesOf(values: Int32Array | Float64Array | BigInt64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

/** A copy, since the bytes that CBOR gives back begin anywhere, and numbers must begin at a multiple of eight. */
function ownBuffer(packed: unknown): ArrayBuffer {
  return Uint8Array.from(packed as Uint8Array).buffer
}
