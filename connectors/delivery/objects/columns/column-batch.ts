import type { OpenBatch, Packed } from '../format.ts'
import type { Columns } from './column.ts'
import type { ColumnWriter } from './column-writer.ts'
import { writerOf } from './writer-of.ts'

const none: Readonly<Record<string, unknown>> = {}

/** Rows as columns. A row that a column refuses is taken back from the columns before it. */
export class ColumnBatch implements OpenBatch<unknown> {
  readonly #names: readonly string[]
  readonly #writers: readonly ColumnWriter[]
  rows = 0

  constructor(columns: Columns) {
    this.#names = Object.keys(columns)
    this.#writers = Object.entries(columns).map(([name, column]) => writerOf(name, column))
  }

  append(row: unknown): number {
    const [names, writers] = [this.#names, this.#writers]
    const values = (row ?? none) as Readonly<Record<string, unknown>>
    let size = 0
    try {
      for (let at = 0; at < writers.length; at++) {
        size += (writers[at] as ColumnWriter).append(values[names[at] as string])
      }
    } catch (error) {
      for (const writer of writers) writer.truncate(this.rows)
      throw error
    }
    this.rows++
    return size
  }

  take(): Packed {
    this.rows = 0
    return this.#writers.flatMap((writer) => writer.take())
  }
}
