import type { WriteFile } from '../contract/snapshot.ts'
import type { StateEntry } from './files/state-entry.ts'
import { type GroupInFile, StateFile } from './files/state-file.ts'
import { droppedAfter, type Layer } from './layer.ts'
import { LayerWriter } from './layer-writer.ts'
import type { Slices } from './slices.ts'

export interface MergeOptions {
  readonly shape: string
  /** Nothing lies below these layers: there is no need to say what is deleted. */
  readonly isWhole: boolean
}

/**
 * One layer that says what several in a row say together; `undefined` if that is nothing. Reads one file of each layer at
 * a time, and decodes no value.
 */
export async function merged(
  layers: readonly Layer[],
  { shape, isWhole }: MergeOptions,
  write: WriteFile,
  slices: Slices,
): Promise<Layer | undefined> {
  const dropped = isWhole ? [] : [...new Set(layers.flatMap((layer) => layer.dropped))]
  const writer = new LayerWriter({ codec: 'cbor', shape, dropped }, write)
  const droppedLater = droppedAfter(layers)
  const cursors = layers.map((layer, index) => new LayerCursor(layer, droppedLater[index]!))
  for (const cursor of cursors) await cursor.open()
  for (;;) {
    const group = Math.min(...cursors.map((cursor) => cursor.group))
    if (group === Number.POSITIVE_INFINITY) return writer.end()
    for (const entry of await latestOf(cursors, group)) {
      if (isWhole && entry.value === undefined) continue
      const pause = writer.add(group, entry) ?? slices.entry(entry.value?.length ?? 0)
      if (pause !== undefined) await pause
    }
  }
}

/** What the layers say of a group in the end. The first come first. */
async function latestOf(cursors: readonly LayerCursor[], group: number): Promise<Iterable<StateEntry>> {
  const latest = new Map<number, Map<unknown, StateEntry>>()
  for (const cursor of cursors) {
    while (cursor.group === group) {
      for (const entry of cursor.entries()) {
        const ofNamespace = latest.get(entry.namespace)
        if (ofNamespace === undefined) latest.set(entry.namespace, new Map([[entry.key, entry]]))
        else ofNamespace.set(entry.key, entry)
      }
      const opening = cursor.advance()
      if (opening !== undefined) await opening
    }
  }
  return [...latest.values()].flatMap((ofNamespace) => [...ofNamespace.values()])
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

  *entries(): Generator<StateEntry> {
    for (const entry of this.#file!.entriesOf(this.#place!))
      if (!this.#dropped.has(entry.namespace)) yield entry
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
