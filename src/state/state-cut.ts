import type { WriteFile } from '../contract/snapshot.ts'
import { MillraceError } from '../errors.ts'
import type { Layer } from './layer.ts'
import type { LayerWork } from './layer-work.ts'
import type { PackedEntries } from './packed-entries.ts'
import type { Slices } from './slices.ts'
import type { StateTable } from './state-table.ts'
import type { TableCut } from './table-cut.ts'

/** What a cut has of one namespace. */
export interface CutOfTable<V> {
  readonly table: StateTable<V>
  readonly cut: TableCut<V>
}

/** What is packed becomes a layer when it is larger than this: until then all of it is in memory. */
const layerBytes = 128 * 2 ** 20

/**
 * What may have changed at a barrier. It is packed in slices while records are processed; a value that is about to
 * change before its turn has come is packed then.
 */
export class StateCut<V> {
  readonly tables: readonly CutOfTable<V>[]
  readonly dropped: readonly number[]
  readonly #entries: PackedEntries
  #over = false

  /** @param entries Where the tables put what they pack. */
  constructor(tables: readonly CutOfTable<V>[], dropped: readonly number[], entries: PackedEntries) {
    this.tables = tables
    this.dropped = dropped
    this.#entries = entries
  }

  /** Writes the changes. Gives the layers that they came to, if any. */
  async written(shape: string, work: LayerWork, write: WriteFile, slices: Slices): Promise<Layer[]> {
    const layers: Layer[] = []
    let { dropped } = this
    const toLayer = async () => {
      const layer = await work.ordered(this.#entries.take(), { codec: 'cbor', shape, dropped }, write)
      dropped = []
      if (layer !== undefined) layers.push(layer)
    }
    const pauseAfter = (sizeBytes: number) =>
      this.#entries.sizeBytes >= layerBytes ? toLayer() : slices.entry(sizeBytes)
    try {
      for (const { table, cut } of this.tables) {
        await this.#pack(cut, pauseAfter)
        table.endCut()
      }
      for (const { cut } of this.tables) cut.throwFailure()
      await toLayer()
      return layers
    } finally {
      this.end()
    }
  }

  /** Nothing more is written of it. */
  end(): void {
    this.#over = true
    for (const { cut } of this.tables) cut.end()
  }

  async #pack(cut: TableCut<V>, pauseAfter: (sizeBytes: number) => Promise<void> | undefined): Promise<void> {
    for (const [key, value] of cut.pending.entries()) {
      const pause = pauseAfter(cut.pack(key, value))
      if (pause === undefined) continue
      await pause
      this.#throwIfOver()
    }
    for (const [key] of cut.gone.entries()) {
      cut.sayGone(key)
      const pause = pauseAfter(0)
      if (pause === undefined) continue
      await pause
      this.#throwIfOver()
    }
  }

  #throwIfOver(): void {
    if (this.#over) throw new MillraceError('UNEXPECTED', 'a snapshot was given up for a later one')
  }
}
