import type { Columns } from '../columns/column.ts'
import { cut, joined, sizeOf } from '../columns/runs.ts'
import type { Batch } from '../format.ts'

/** When a row group ends. */
export interface RowGroupLimits {
  readonly rows: number
  readonly sizeBytes: number
}

/**
 * Cuts rows into row groups, anew and by the rows alone: so the same rows make the same groups, however they came. A group
 * has the number of rows of the limit, or a half, a quarter … of it as long as these are too large.
 */
export class RowGroups {
  readonly #columns: Columns
  readonly #limits: RowGroupLimits
  #waiting: Batch[] = []
  #rows = 0

  constructor(columns: Columns, limits: RowGroupLimits) {
    this.#columns = columns
    this.#limits = limits
  }

  /** The groups that are complete. */
  *add(batch: Batch): Generator<Batch> {
    if (batch.rows === 0) return
    this.#waiting.push(joined([batch]))
    this.#rows += batch.rows
    while (this.#hasGroup()) yield this.#next()
  }

  /** The groups of what is left. */
  *rest(): Generator<Batch> {
    while (this.#rows > 0) yield this.#next()
  }

  #hasGroup(): boolean {
    return this.#rows >= this.#limits.rows || this.#sizeBytes() > this.#limits.sizeBytes
  }

  #sizeBytes(): number {
    let sum = 0
    for (const { packed } of this.#waiting) for (const { length } of packed) sum += length
    return sum
  }

  #next(): Batch {
    const all = joined(this.#waiting)
    let rows = Math.min(this.#limits.rows, all.rows)
    if (sizeOf(this.#columns, all, rows) > this.#limits.sizeBytes) rows = this.#smaller(all)
    const [group, rest] = cut(this.#columns, all, rows)
    this.#waiting = rest.rows > 0 ? [joined([rest])] : []
    this.#rows = rest.rows
    return joined([group])
  }

  #smaller(all: Batch): number {
    let rows = this.#limits.rows
    while (rows > 1 && (rows > all.rows || sizeOf(this.#columns, all, rows) > this.#limits.sizeBytes))
      rows = Math.floor(rows / 2)
    return rows
  }
}
