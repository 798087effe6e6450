import type { StoredFile } from '../contract/snapshot.ts'
import type { StateFile } from './files/state-file.ts'

/** The files of one checkpoint, or of several that were merged. They follow each other by key group. */
export interface Layer {
  readonly files: readonly StoredFile[]
  /** How many entries they have, also of keys that are deleted. */
  readonly entries: number
  readonly sizeBytes: number
  /** Those that it has entries of. */
  readonly namespaces: ReadonlySet<number>
  /** Those of which nothing is true any more that earlier layers say. */
  readonly dropped: readonly number[]
}

/** A layer from what its files say. */
export function layerOf(files: readonly StoredFile[], opened: readonly StateFile[]): Layer {
  return {
    files,
    entries: opened.reduce((sum, { entries }) => sum + entries, 0),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    namespaces: new Set(opened.flatMap(({ namespaces }) => namespaces)),
    dropped: opened[0]?.header.dropped ?? [],
  }
}

/** For each layer, the namespaces that later ones have dropped. */
export function droppedAfter(layers: readonly Layer[]): ReadonlySet<number>[] {
  const after: ReadonlySet<number>[] = []
  let dropped: ReadonlySet<number> = new Set()
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    after[index] = dropped
    if (layers[index]!.dropped.length > 0) dropped = new Set([...dropped, ...layers[index]!.dropped])
  }
  return after
}
