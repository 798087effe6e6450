import type { WriteFile } from '../contract/snapshot.ts'
import { type Cell, clean } from './cell.ts'
import type { CellContent, PackedCell } from './cell-content.ts'
import type { CellTable } from './cell-table.ts'
import { noTimes } from './files/state-entry.ts'
import { keyGroupOf } from './key-group.ts'
import { orderByGroup } from './key-group-order.ts'
import type { Layer } from './layer.ts'
import { LayerWriter } from './layer-writer.ts'
import type { Slices } from './slices.ts'

/** What a cut has of one namespace. */
export interface CutTable<V> {
  readonly table: CellTable<V>
  readonly cells: readonly Cell<V>[]
}

/** What an early cell came to. */
type Early = { readonly packed: PackedCell | undefined } | { readonly error: unknown }

/**
 * What had changed at a barrier. It is encoded in slices while records are processed; a cell that is about to change
 * before its turn has come is encoded then.
 */
export class StateCut<V> {
  readonly tables: readonly CutTable<V>[]
  readonly dropped: readonly number[]
  readonly #content: CellContent<V>
  readonly #early = new Map<Cell<V>, Early>()
  #over = false

  constructor(tables: readonly CutTable<V>[], dropped: readonly number[], content: CellContent<V>) {
    this.tables = tables
    this.dropped = dropped
    this.#content = content
  }

  encodeBefore(cell: Cell<V>): void {
    if (this.#over) return
    try {
      this.#early.set(cell, { packed: this.#pack(cell) })
    } catch (error) {
      this.#early.set(cell, { error })
    }
  }

  /** Writes the changes as a layer; `undefined` if there are none. */
  async written(write: WriteFile, slices: Slices): Promise<Layer | undefined> {
    try {
      const { cells, namespaces, groups } = await this.#located(slices)
      const header = { codec: 'cbor', shape: this.#content.shape, dropped: this.dropped } as const
      const layer = new LayerWriter(header, write)
      for (const place of orderByGroup(groups)) {
        const cell = cells[place]!
        const packed = this.#packed(cell)
        if (packed === 'nothing') continue
        const { value, timers } = packed
        const entry = { namespace: namespaces[place]!, key: cell.key, value, timers }
        const pause = layer.add(groups[place]!, entry) ?? slices.entry(value?.length ?? 0)
        if (pause !== undefined) await pause
      }
      return await layer.end()
    } finally {
      this.#over = true
      this.#early.clear()
    }
  }

  /** All cells, with their namespaces and their key groups. */
  async #located(slices: Slices) {
    const count = this.tables.reduce((sum, { cells }) => sum + cells.length, 0)
    const cells: Cell<V>[] = []
    const namespaces = new Float64Array(count)
    const groups = new Uint16Array(count)
    for (const { table, cells: ofTable } of this.tables) {
      for (const cell of ofTable) {
        namespaces[cells.length] = table.namespace
        groups[cells.length] = keyGroupOf(cell.key)
        cells.push(cell)
        const pause = slices.entry(0)
        if (pause !== undefined) await pause
      }
    }
    return { cells, namespaces, groups }
  }

  /** What a file says of a cell. */
  #packed(cell: Cell<V>): { value: Uint8Array | undefined; timers: PackedCell['timers'] } | 'nothing' {
    const early = this.#early.get(cell)
    if (early !== undefined && 'error' in early) throw early.error
    const unheardOf = cell.mark % 2 === 0
    const packed = early === undefined ? this.#pack(cell) : early.packed
    if (packed !== undefined) return packed
    return unheardOf ? 'nothing' : { value: undefined, timers: noTimes }
  }

  #pack(cell: Cell<V>): PackedCell | undefined {
    const { key, value } = cell
    // First, since what packs it may delete it, which is a change like any other.
    cell.mark = clean
    return value === undefined ? undefined : this.#content.pack(key, value)
  }
}
