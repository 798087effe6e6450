import { type CheckpointStore, MillraceError } from 'millrace'
import { fetchOnce } from './paced-source.ts'
import { answered, reached } from './troubles.ts'

/** A checkpoint store at whose steps a process can be found, and whose answers may come late, after the fact, or never. */
export function troubledStore(store: CheckpointStore): CheckpointStore {
  const answer = async <T>(what: string, asked: Promise<T>): Promise<T> => {
    const result = await asked
    if ((await answered(what)) === 'lost') throw new MillraceError('STORE_FAILED', 'no answer came')
    return result
  }
  return {
    description: store.description,
    async writeOnce(name, content) {
      const what = name.startsWith('manifests/') ? 'manifest' : 'part'
      reached(`before a ${what}`)
      const outcome = await store.writeOnce(name, content)
      reached(`after a ${what}`)
      if (what === 'manifest') fetchOnce()
      return answer(what, Promise.resolve(outcome))
    },
    read: (name) => answer('read', store.read(name)),
    list: (prefix) => answer('list', store.list(prefix)),
    async delete(name) {
      reached('before a deletion')
      await answer('deletion', store.delete(name))
      reached('after a deletion')
    },
  }
}
