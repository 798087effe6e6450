import type { Column, PlainColumn } from '../columns/column.ts'
import { lengthsOf } from '../columns/runs.ts'
import type { Packed } from '../format.ts'

/** What parquetjs-lite is given for a value. */
export type Cell = string | number | bigint | boolean

/** The columns that parquetjs-lite can write exactly. */
export const parquetjsColumns = ['string', 'int32', 'int64', 'double', 'boolean', 'timestamp'] as const
export type ParquetjsColumn = (typeof parquetjsColumns)[number] & PlainColumn

export function isParquetjsColumn(column: Column): column is ParquetjsColumn {
  return parquetjsColumns.some((known) => known === column)
}

/** What parquetjs-lite has to be told of a column. */
export interface ParquetjsType {
  readonly name: string
  readonly runs: 1 | 2
  readonly cells: (runs: Packed, rows: number) => Cell[]
  /** The plain encoding of a cell, as statistics hold it. */
  readonly plain: (cell: Cell) => Buffer
}

function fixed<C extends Cell>(
  name: string,
  width: number,
  read: (run: Buffer, offset: number) => C,
  write: (run: Buffer, cell: C) => void,
): ParquetjsType {
  return {
    name,
    runs: 1,
    cells: ([run], rows) => {
      const buffer = bufferOf(run)
      return Array.from({ length: rows }, (_, row) => read(buffer, row * width))
    },
    plain: (cell) => {
      const run = Buffer.alloc(width)
      write(run, cell as C)
      return run
    },
  }
}

const readLong = (run: Buffer, offset: number) => run.readBigInt64LE(offset)
const writeLong = (run: Buffer, cell: bigint) => run.writeBigInt64LE(cell)

export const parquetjsTypes: Readonly<Record<ParquetjsColumn, ParquetjsType>> = {
  string: {
    name: 'UTF8',
    runs: 2,
    cells: ([bytes, lengthRun], rows) => {
      const [utf8, lengths] = [bufferOf(bytes), lengthsOf(lengthRun as Uint8Array)]
      let end = 0
      return Array.from({ length: rows }, (_, row) => {
        const start = end
        end += lengths[row] as number
        return utf8.toString('utf8', start, end)
      })
    },
    plain: (cell) => Buffer.from(cell as string),
  },
  int32: fixed<number>(
    'INT32',
    4,
    (run, offset) => run.readInt32LE(offset),
    (run, cell) => run.writeInt32LE(cell),
  ),
  int64: fixed<bigint>('INT64', 8, readLong, writeLong),
  double: fixed<number>(
    'DOUBLE',
    8,
    (run, offset) => run.readDoubleLE(offset),
    (run, cell) => run.writeDoubleLE(cell),
  ),
  boolean: fixed<boolean>(
    'BOOLEAN',
    1,
    (run, offset) => run.readUInt8(offset) === 1,
    (run, cell) => run.writeUInt8(cell ? 1 : 0),
  ),
  timestamp: fixed<bigint>('TIMESTAMP_MILLIS', 8, readLong, writeLong),
}

function bufferOf(run: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.from(run.buffer, run.byteOffset, run.byteLength)
}
