import type { Layers, Snapshot, StateChanges, StoredFile } from '../../src/contract/snapshot.ts'

/** A file that lies in memory. */
export const keptFile = async (content: Uint8Array): Promise<StoredFile> => ({
  sizeBytes: content.length,
  read: async () => content,
})

/** The layers of a checkpoint that was published. */
export async function publishedLayers(changes: StateChanges): Promise<Layers> {
  const layers = await changes.written(keptFile)
  changes.published()
  return layers
}

/** What an operator is given after a restart. */
export async function settledSnapshot({ changes, ...rest }: Snapshot): Promise<Snapshot> {
  return changes === undefined ? rest : { ...rest, layers: await publishedLayers(changes) }
}
