import type { WriteFile } from '../contract/snapshot.ts'
import { droppedAfter, type Layer } from './layer.ts'
import type { LayerWork } from './layer-work.ts'

/** Layers that are smaller than this together are always one: it is hardly more work to write them anew. */
const smallBytes = 64 * 1024
/** More layers than this are never left. */
const maxLayers = 10

/** What is to be known of a layer to decide. */
export type LayerFacts = Pick<Layer, 'sizeBytes' | 'entries'>

/**
 * From which layer on all are to be merged into one; `undefined` if none are. Afterwards each layer is larger than all
 * later ones together. So all of them are at most twice as large as the first, and a byte is written again once each
 * time that the state has doubled over it: as often as the logarithm of the state's size over that of its changes.
 */
export function decideMerge(layers: readonly LayerFacts[]): number | undefined {
  if (layers.length < 2) return undefined
  let from: number | undefined
  let [laterBytes, laterEntries] = [0, 0]
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const { sizeBytes, entries } = layers[index]!
    const outgrown = laterBytes >= sizeBytes || laterEntries >= entries
    laterBytes += sizeBytes
    laterEntries += entries
    if (index < layers.length - 1 && (outgrown || laterBytes < smallBytes)) from = index
  }
  return from ?? (layers.length > maxLayers ? layers.length - 2 : undefined)
}

/** The same state in few layers. The earlier ones stay as they are until no checkpoint needs them any more. */
export async function compacted(
  layers: readonly Layer[],
  shape: string,
  work: LayerWork,
  write: WriteFile,
): Promise<readonly Layer[]> {
  const alive = withoutForgotten(layers)
  const from = decideMerge(alive)
  if (from === undefined) return alive
  const layer = await work.merged(alive.slice(from), { shape, isWhole: from === 0 }, write)
  return layer === undefined ? alive.slice(0, from) : [...alive.slice(0, from), layer]
}

/** Leaves out the first layers as long as all that they say has been dropped: mostly windows that have closed. */
function withoutForgotten(layers: readonly Layer[]): readonly Layer[] {
  const dropped = droppedAfter(layers)
  const first = layers.findIndex(({ namespaces }, index) =>
    [...namespaces].some((namespace) => !dropped[index]!.has(namespace)),
  )
  return first < 0 ? [] : layers.slice(first)
}
