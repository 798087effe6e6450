import type { CheckpointStore } from '../contract/checkpoint-store.ts'

/** A folder of a store, as a store of its own. */
export function storeWithin(store: CheckpointStore, folder: string): CheckpointStore {
  const inside = `${folder}/`
  return {
    description: `${store.description}, ${folder}`,
    writeOnce: (name, content) => store.writeOnce(inside + name, content),
    read: (name) => store.read(inside + name),
    list: async (prefix) => (await store.list(inside + prefix)).map((name) => name.slice(inside.length)),
    delete: (name) => store.delete(inside + name),
  }
}
