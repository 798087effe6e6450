import type { WriteFile } from '../contract/snapshot.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import type { Layer } from './layer.ts'
import { type MergeOptions, merged } from './merge-layers.ts'
import { orderedLayer } from './ordered-layer.ts'
import type { EntryPieces } from './packed-entries.ts'
import { Slices } from './slices.ts'

/**
 * The work on the files of a state that needs bytes alone, and so may be done by another thread. Either gives `undefined` if
 * there is nothing to say. When it has settled, nothing is being written any more.
 */
export interface LayerWork {
  /** A layer of what a cut has to say. Takes over the memory of the pieces. */
  ordered(pieces: EntryPieces, header: StateFileHeader, write: WriteFile): Promise<Layer | undefined>
  /** One layer of several. */
  merged(layers: readonly Layer[], options: MergeOptions, write: WriteFile): Promise<Layer | undefined>
}

/** Does it on this thread, in slices. */
export const layerWorkHere: LayerWork = {
  ordered: (pieces, header, write) => orderedLayer(pieces, header, write, new Slices()),
  merged: (layers, options, write) => merged(layers, options, write, new Slices()),
}
