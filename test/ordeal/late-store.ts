import { type CheckpointStore, folderStore } from 'millrace'

/** A checkpoint store in a folder, each of whose answers may come late: up to `ORDEAL_LATE_MS`, and after the fact. */
export function lateStore(folder: string): CheckpointStore {
  const store = folderStore(folder)
  const longest = Number(process.env['ORDEAL_LATE_MS'] ?? 0)
  const late = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await answer
    await new Promise((resolve) => setTimeout(resolve, Math.random() * longest))
    return result
  }
  return {
    description: store.description,
    writeOnce: (name, content) => late(store.writeOnce(name, content)),
    read: (name) => late(store.read(name)),
    list: (prefix) => late(store.list(prefix)),
    delete: (name) => late(store.delete(name)),
  }
}
