import type { WriteFile } from '../contract/snapshot.ts'
import { MillraceError } from '../errors.ts'
import { noTimes, type StateEntry } from './files/state-entry.ts'
import type { Key } from './key.ts'
import { keyGroupOf } from './key-group.ts'
import { KeyGroupOrder } from './key-group-order.ts'
import type { Layer } from './layer.ts'
import { writtenLayer } from './layer-writer.ts'
import type { Slices } from './slices.ts'
import type { StateTable } from './state-table.ts'
import type { TableCut } from './table-cut.ts'

/** What a cut has of one namespace. */
export interface CutOfTable<V> {
  readonly table: StateTable<V>
  readonly cut: TableCut<V>
}

/** The keys of a cut, the deleted ones last. A key may be there twice. Arrays of this size must not grow: that takes long. */
interface Located<V> {
  readonly keys: Key[]
  readonly owners: CutOfTable<V>[]
  readonly order: KeyGroupOrder
  deletedFrom: number
}

/**
 * What may have changed at a barrier. It is encoded in slices while records are processed; a value that is about to
 * change before its turn has come is encoded then.
 */
export class StateCut<V> {
  readonly tables: readonly CutOfTable<V>[]
  readonly dropped: readonly number[]
  #over = false

  constructor(tables: readonly CutOfTable<V>[], dropped: readonly number[]) {
    this.tables = tables
    this.dropped = dropped
  }

  /** Writes the changes as a layer; `undefined` if there are none. */
  async written(shape: string, write: WriteFile, slices: Slices): Promise<Layer | undefined> {
    try {
      const located = await this.#located(slices)
      const { keys, owners, order, deletedFrom } = located
      const places = await order.places(slices)
      return await writtenLayer({ codec: 'cbor', shape, dropped: this.dropped }, write, async (layer) => {
        for (const place of places) {
          if (this.#over) throw new MillraceError('UNEXPECTED', 'a snapshot was given up for a later one')
          const entry = entryOf(keys[place]!, owners[place]!, place >= deletedFrom)
          if (entry === undefined) continue
          const pause = layer.add(order.groupOf(place), entry) ?? slices.entry(entry.value?.length ?? 0)
          if (pause !== undefined) await pause
        }
        for (const { table } of this.tables) table.endCut()
      })
    } finally {
      this.end()
    }
  }

  /** Nothing more is written of it. */
  end(): void {
    this.#over = true
    for (const { cut } of this.tables) cut.end()
  }

  async #located(slices: Slices): Promise<Located<V>> {
    const expected = this.tables.reduce((sum, { cut }) => sum + cut.pending.size + cut.gone.size, 0)
    const located: Located<V> = {
      keys: new Array(expected),
      owners: new Array(expected),
      order: new KeyGroupOrder(expected),
      deletedFrom: 0,
    }
    let place = 0
    const locate = async (owner: CutOfTable<V>, keys: Iterable<Key>) => {
      for (const key of keys) {
        located.keys[place] = key
        located.owners[place] = owner
        place += 1
        located.order.add(keyGroupOf(key))
        const pause = slices.entry(0)
        if (pause !== undefined) await pause
      }
    }
    for (const owner of this.tables) await locate(owner, owner.cut.pending.keys())
    // They may have left before they were come to. Those that have not are skipped when they come again.
    for (const owner of this.tables) await locate(owner, owner.cut.early.keys())
    located.deletedFrom = place
    for (const owner of this.tables) await locate(owner, owner.cut.gone)
    return located
  }
}

/** What a file says of a key, if anything. */
function entryOf<V>(key: Key, { cut }: CutOfTable<V>, deleted: boolean): StateEntry | undefined {
  const { namespace } = cut
  if (deleted) return { namespace, key, value: undefined, timers: noTimes }
  const packed = cut.pack(key)
  if (packed === 'done') return undefined
  return { namespace, key, value: packed?.value, timers: packed?.timers ?? noTimes }
}
