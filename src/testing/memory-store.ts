import { blobName } from '../contract/blob-name.ts'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'

/** Keeps checkpoints in memory, for tests: they live as long as the store does. */
export function memoryStore(): CheckpointStore {
  const blobs = new Map<string, Uint8Array>()
  return {
    description: 'memory',
    async writeOnce(name, content) {
      if (blobs.has(blobName(name))) return 'taken'
      blobs.set(name, content.slice())
      return 'written'
    },
    async read(name) {
      return blobs.get(blobName(name))?.slice()
    },
    async list(prefix) {
      return [...blobs.keys()].filter((name) => name.startsWith(prefix)).sort()
    },
    async delete(name) {
      blobs.delete(blobName(name))
    },
  }
}
