import { type Cell, InvalidRow, type Packed, shown } from './format.ts'

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
  /** So many runs of bytes hold a column's cells. */
  readonly runs: 1 | 2
  readonly pack: (cells: readonly Cell[]) => Buffer[]
  /** Gives the cells one after the other. */
  readonly unpack: (runs: Packed) => () => Cell
}

/** Cells of a fixed width, one after the other. */
function fixed<C extends Cell>(
  width: number,
  write: (run: Buffer, cell: C, offset: number) => void,
  read: (run: Buffer, offset: number) => C,
): Pick<ColumnType, 'sizeOf' | 'plain' | 'runs' | 'pack' | 'unpack'> {
  const pack = (cells: readonly Cell[]) => {
    const run = Buffer.alloc(width * cells.length)
    cells.forEach((cell, index) => {
      write(run, cell as C, index * width)
    })
    return run
  }
  const unpack = ([bytes = new Uint8Array()]: Packed) => {
    const run = bufferOf(bytes)
    let next = 0
    return () => read(run, width * next++)
  }
  return {
    runs: 1,
    sizeOf: () => width,
    plain: (cell) => pack([cell]),
    pack: (cells) => [pack(cells)],
    unpack,
  }
}

/** The UTF-8 of all cells, and the length of each. */
const text: Pick<ColumnType, 'sizeOf' | 'plain' | 'runs' | 'pack' | 'unpack'> = {
  runs: 2,
  sizeOf: (cell) => 4 + Buffer.byteLength(cell as string),
  plain: (cell) => Buffer.from(cell as string),
  pack: (cells) => {
    const lengths = Buffer.alloc(4 * cells.length)
    cells.forEach((cell, index) => {
      lengths.writeUInt32LE(Buffer.byteLength(cell as string), index * 4)
    })
    return [Buffer.from(cells.join('')), lengths]
  },
  unpack: ([bytes = new Uint8Array(), lengths = new Uint8Array()]) => {
    const [utf8, sizes] = [bufferOf(bytes), bufferOf(lengths)]
    let [next, end] = [0, 0]
    return () => {
      const start = end
      end += sizes.readUInt32LE(4 * next++)
      return utf8.toString('utf8', start, end)
    }
  },
}

const int64 = fixed<bigint>(
  8,
  (run, cell, offset) => run.writeBigInt64LE(cell, offset),
  (run, offset) => run.readBigInt64LE(offset),
)

const loneSurrogate = /\p{Surrogate}/u
const largestTime = 8_640_000_000_000_000

export const columnTypes: Readonly<Record<ParquetColumn, ColumnType>> = {
  string: {
    parquetType: 'UTF8',
    wanted: 'a string without lone surrogates',
    cellOf: (value) => (typeof value === 'string' && !loneSurrogate.test(value) ? value : undefined),
    ...text,
  },
  int32: {
    parquetType: 'INT32',
    wanted: 'an integer from -2^31 to 2^31 - 1',
    cellOf: (value) => (typeof value === 'number' && (value | 0) === value ? value | 0 : undefined),
    ...fixed<number>(
      4,
      (run, cell, offset) => run.writeInt32LE(cell, offset),
      (run, offset) => run.readInt32LE(offset),
    ),
  },
  int64: {
    parquetType: 'INT64',
    wanted: 'an integer, as a bigint from -2^63 to 2^63 - 1 or a number that is exact (up to 2^53 - 1)',
    cellOf: int64Of,
    ...int64,
  },
  double: {
    parquetType: 'DOUBLE',
    wanted: 'a number other than NaN',
    cellOf: (value) => (typeof value === 'number' && !Number.isNaN(value) ? value : undefined),
    ...fixed<number>(
      8,
      (run, cell, offset) => run.writeDoubleLE(cell, offset),
      (run, offset) => run.readDoubleLE(offset),
    ),
  },
  boolean: {
    parquetType: 'BOOLEAN',
    wanted: 'true or false',
    cellOf: (value) => (typeof value === 'boolean' ? value : undefined),
    ...fixed<boolean>(
      1,
      (run, cell, offset) => run.writeUInt8(cell ? 1 : 0, offset),
      (run, offset) => run.readUInt8(offset) === 1,
    ),
  },
  timestamp: {
    parquetType: 'TIMESTAMP_MILLIS',
    wanted: 'a valid Date, or whole milliseconds since 1970 within its range',
    cellOf: timeOf,
    ...int64,
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

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
