import { MillraceError } from 'millrace'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'

/** A store whose user is killed at an operation: before it, or after it. */
export function killing(store: CheckpointStore, at: number, when: 'before' | 'after') {
  let operations = 0
  let killed = false
  const step = async <T>(operation: () => Promise<T>): Promise<T> => {
    operations += 1
    const here = operations === at
    if (killed || (here && when === 'before')) {
      killed = true
      throw new MillraceError('STORE_REFUSED', 'killed')
    }
    const result = await operation()
    if (here) {
      killed = true
      throw new MillraceError('STORE_REFUSED', 'killed')
    }
    return result
  }
  const watched: CheckpointStore = {
    description: 'memory, killed',
    writeOnce: (name, content) => step(() => store.writeOnce(name, content)),
    read: (name) => step(() => store.read(name)),
    list: (prefix) => step(() => store.list(prefix)),
    delete: (name) => step(() => store.delete(name)),
  }
  return { watched, wasKilled: () => killed }
}
