import type { WriteFile } from '../contract/snapshot.ts'
import { type GroupInFile, StateFile } from './files/state-file.ts'
import { LatestEntries, type PieceOfGroup } from './latest-entries.ts'
import { droppedAfter, type Layer } from './layer.ts'
import { writtenLayer } from './layer-writer.ts'
import type { Slices } from './slices.ts'

/** What it costs to copy an entry, as {@link Slices} counts. */
const copyUnits = 8

export interface MergeOptions {
  readonly shape: string
  /** Nothing lies below these layers: there is no need to say what is deleted. */
  readonly isWhole: boolean
}

/**
 * One layer that says what several in a row say together; `undefined` if that is nothing. Reads one file of each layer at
 * a time, and copies what is still true without decoding it.
 */
export async function merged(
  layers: readonly Layer[],
  { shape, isWhole }: MergeOptions,
  write: WriteFile,
  slices: Slices,
): Promise<Layer | undefined> {
  const dropped = isWhole ? [] : [...new Set(layers.flatMap((layer) => layer.dropped))]
  const droppedLater = droppedAfter(layers)
  const cursors = layers.map((layer, index) => new LayerCursor(layer, droppedLater[index]!))
  for (const cursor of cursors) await cursor.open()
  const latest = new LatestEntries()
  return writtenLayer({ codec: 'cbor', shape, dropped }, write, async (writer) => {
    for (;;) {
      const group = Math.min(...cursors.map((cursor) => cursor.group))
      if (group === Number.POSITIVE_INFINITY) return
      let units = 0
      latest.visit(await piecesOf(cursors, group), (entry) => {
        units += copyUnits + ((entry.until - entry.from) >> 4)
        if (!isWhole || !entry.isDeleted) writer.copy(group, entry)
      })
      const pause = writer.full() ?? slices.worked(units)
      if (pause !== undefined) await pause
    }
  })
}

/** What the layers have of a group. Goes past it. */
async function piecesOf(cursors: readonly LayerCursor[], group: number): Promise<PieceOfGroup[]> {
  const pieces: PieceOfGroup[] = []
  for (const [layer, cursor] of cursors.entries()) {
    while (cursor.group === group) {
      pieces.push({ layer, ...cursor.piece })
      const opening = cursor.advance()
      if (opening !== undefined) await opening
    }
  }
  return pieces
}

/** Goes through the key groups of a layer. */
class LayerCursor {
  readonly #layer: Layer
  readonly #dropped: ReadonlySet<number>
  #fileAt = -1
  #file: StateFile | undefined
  #groupAt = 0

  constructor(layer: Layer, dropped: ReadonlySet<number>) {
    this.#layer = layer
    this.#dropped = dropped
  }

  /** The group that it is at; infinity at the end. */
  get group(): number {
    return this.#place?.group ?? Number.POSITIVE_INFINITY
  }

  /** Goes to the first group of the next file that has any. */
  async open(): Promise<void> {
    do {
      this.#fileAt += 1
      this.#groupAt = 0
      const stored = this.#layer.files[this.#fileAt]
      this.#file = stored === undefined ? undefined : new StateFile(await stored.read())
    } while (this.#file !== undefined && this.#file.groups.length === 0)
  }

  get piece(): Omit<PieceOfGroup, 'layer'> {
    return { file: this.#file!, place: this.#place!, dropped: this.#dropped }
  }

  /** Goes on by one group of one file. Settles when it is there; `undefined` if that is now. */
  advance(): Promise<void> | undefined {
    this.#groupAt += 1
    return this.#place === undefined ? this.open() : undefined
  }

  get #place(): GroupInFile | undefined {
    return this.#file?.groups[this.#groupAt]
  }
}
