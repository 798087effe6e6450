import { Cell, clean } from './cell.ts'
import type { Key } from './key.ts'
import type { StateMap } from './keyed-state.ts'

/** What all tables of a state go by. */
export interface TableContext<V> {
  /** A cell is about to change which a cut still has to encode. */
  encodeBefore(cell: Cell<V>): void
  /** Loads a key that a checkpoint may hold and memory does not yet. `undefined` when everything is loaded. */
  load: ((key: Key) => void) | undefined
  /** Loads everything. */
  loadAll(): void
}

/** Fewer dead cells than this are not worth looking for. */
const fewDead = 1024

/** The cells of one namespace, and which of them have changed since the last cut. */
export class CellTable<V> implements StateMap<V> {
  readonly namespace: number
  readonly #context: TableContext<V>
  readonly #cells = new Map<Key, Cell<V>>()
  #changed: Cell<V>[] = []
  /** Deleted cells that a file has heard of: one that comes back is the same cell again. */
  #deleted = new Map<Key, Cell<V>>()
  /** How many of `#changed` no file need ever hear of. */
  #dead = 0
  /** Whether a file has heard of the namespace, or is about to. */
  inFiles = false
  dropped = false
  /** The marks of cells that have changed since the last cut are not less than this. */
  floor: number

  constructor(namespace: number, floor: number, context: TableContext<V>) {
    this.namespace = namespace
    this.floor = floor
    this.#context = context
  }

  get size(): number {
    this.#context.loadAll()
    return this.#cells.size
  }

  /** How many values are in memory. */
  get loaded(): number {
    return this.#cells.size
  }

  get(key: Key): V | undefined {
    const cell = this.#cells.get(key)
    if (cell !== undefined && cell.mark >= this.floor) return cell.value
    return this.#find(key)?.value
  }

  set(key: Key, value: V): void {
    const cell = this.#find(key)
    // What was encoded for a cut just now may have turned out to be empty.
    if (cell?.value === undefined) this.#add(key, value)
    else cell.value = value
  }

  delete(key: Key): void {
    const cell = this.#find(key)
    if (cell?.value === undefined) return
    cell.value = undefined
    this.#cells.delete(key)
    if (cell.mark > this.floor) this.#deleted.set(key, cell)
    else this.#dead += 1
    if (this.#dead > fewDead && 2 * this.#dead > this.#changed.length) this.#forgetDead()
  }

  /** Looking does not change anything: values must stay as they are. */
  *entries(): Iterable<[Key, V]> {
    this.#context.loadAll()
    for (const cell of this.#cells.values()) yield [cell.key, cell.value as V]
  }

  /** Takes a value from a file. It has not changed since. */
  takeLoaded(key: Key, value: V): void {
    this.inFiles = true
    this.#cells.set(key, new Cell(key, value, clean))
  }

  /**
   * Gives the cells that have changed, and begins to note them anew.
   *
   * @param floor The marks of what changes from now on.
   */
  cut(floor: number): Cell<V>[] {
    this.#forgetDead()
    const changed = this.#changed
    if (changed.length > 0) this.inFiles = true
    this.#changed = []
    this.#deleted = new Map()
    this.floor = floor
    return changed
  }

  /** Notes cells of a cut that came to nothing once more. */
  uncut(cells: readonly Cell<V>[]): void {
    for (const cell of cells) {
      if (cell.mark >= this.floor) continue
      if (cell.value === undefined) {
        const successor = this.#cells.get(cell.key)
        if (successor !== undefined) {
          // It has changed too, and says what is to be said; but a file knows an older value of its key.
          if (successor.mark === this.floor) successor.mark += 1
          continue
        }
        this.#deleted.set(cell.key, cell)
      }
      this.#note(cell)
    }
  }

  /** A cell that is about to change. */
  #find(key: Key): Cell<V> | undefined {
    const cell = this.#cells.get(key) ?? this.#load(key)
    if (cell !== undefined && cell.mark < this.floor) this.#touch(cell)
    return cell
  }

  #load(key: Key): Cell<V> | undefined {
    if (this.#context.load === undefined) return undefined
    this.#context.load(key)
    return this.#cells.get(key)
  }

  #add(key: Key, value: V): void {
    const deleted = this.#deleted.get(key)
    if (deleted !== undefined) {
      this.#deleted.delete(key)
      deleted.value = value
      this.#cells.set(key, deleted)
      return
    }
    const cell = new Cell(key, value, this.floor)
    this.#cells.set(key, cell)
    this.#changed.push(cell)
  }

  #touch(cell: Cell<V>): void {
    if (cell.mark > clean) this.#context.encodeBefore(cell)
    // What encodes may have deleted it, and that has noted it.
    if (cell.mark < this.floor) this.#note(cell)
  }

  #note(cell: Cell<V>): void {
    cell.mark = this.floor + 1
    this.#changed.push(cell)
  }

  #forgetDead(): void {
    if (this.#dead === 0) return
    const { floor } = this
    this.#changed = this.#changed.filter(({ mark, value }) => value !== undefined || mark > floor)
    this.#dead = 0
  }
}
