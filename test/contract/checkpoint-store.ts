import { beforeEach, describe, expect, test } from 'vitest'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (blob: Uint8Array | undefined) => blob && new TextDecoder().decode(blob)

/** What every checkpoint store promises. `makeStore` gives an empty store each time. */
export function checkpointStoreContract(name: string, makeStore: () => CheckpointStore): void {
  describe(`${name} as a checkpoint store`, () => {
    let store: CheckpointStore
    beforeEach(() => {
      store = makeStore()
    })

    test('an empty store lists nothing, reads nothing and deletes nothing', async () => {
      expect(await store.list('')).toEqual([])
      expect(await store.read('a/b')).toBeUndefined()
      await store.delete('a/b')
      expect(store.description).not.toBe('')
    })

    test('a blob is read as it was written', async () => {
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      expect(await store.writeOnce('chk/1.part', every)).toBe('written')
      expect(Uint8Array.from((await store.read('chk/1.part')) ?? [])).toEqual(every)
    })

    test('an empty blob is a blob', async () => {
      await store.writeOnce('empty', new Uint8Array())
      expect((await store.read('empty'))?.length).toBe(0)
      expect(await store.list('')).toEqual(['empty'])
    })

    test('a view of a larger buffer is written without its surroundings', async () => {
      await store.writeOnce('view', bytes('before-blob-after').subarray(7, 11))
      expect(text(await store.read('view'))).toBe('blob')
    })

    test('a name that is taken keeps its first blob', async () => {
      expect(await store.writeOnce('a', bytes('first'))).toBe('written')
      expect(await store.writeOnce('a', bytes('second'))).toBe('taken')
      expect(text(await store.read('a'))).toBe('first')
    })

    test('of many writers of a name exactly one wins, and its blob is what all read', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, writer) =>
          store.writeOnce('deep/folder/a', bytes(`writer ${writer}`)),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
      expect(text(await store.read('deep/folder/a'))).toBe(`writer ${outcomes.indexOf('written')}`)
    })

    test('names are listed in the order of their characters, across folders', async () => {
      const names = ['b', 'a/z', 'a-1', 'a.1', 'a/b/c', '10', '9', 'a/b-c']
      for (const blob of names) await store.writeOnce(blob, bytes(blob))
      expect(await store.list('')).toEqual(['10', '9', 'a-1', 'a.1', 'a/b-c', 'a/b/c', 'a/z', 'b'])
    })

    test('a prefix may end within a folder, at its end, or in the middle of a name', async () => {
      for (const blob of ['job/chk-1', 'job/chk-2', 'job/other', 'jobs/chk-3']) {
        await store.writeOnce(blob, bytes(blob))
      }
      expect(await store.list('job/')).toEqual(['job/chk-1', 'job/chk-2', 'job/other'])
      expect(await store.list('job/chk')).toEqual(['job/chk-1', 'job/chk-2'])
      expect(await store.list('job')).toHaveLength(4)
      expect(await store.list('nothing/')).toEqual([])
    })

    test('a deleted blob is gone and its name is free', async () => {
      await store.writeOnce('a', bytes('first'))
      await store.delete('a')
      expect(await store.read('a')).toBeUndefined()
      expect(await store.writeOnce('a', bytes('second'))).toBe('written')
    })

    test.each([
      '',
      '/',
      '/etc/passwd',
      '../a',
      'a/../../b',
      'a//b',
      'a/',
      './a',
      'A',
      'a b',
      '_a',
      'a\\b',
      'a\0',
    ])('the name %j is refused', async (bad) => {
      await expect(store.writeOnce(bad, bytes(''))).rejects.toThrow(RangeError)
      await expect(store.read(bad)).rejects.toThrow(RangeError)
      await expect(store.delete(bad)).rejects.toThrow(RangeError)
    })

    test('a prefix that no name can begin with lists nothing', async () => {
      await store.writeOnce('a', bytes(''))
      expect(await store.list('../')).toEqual([])
      expect(await store.list('/')).toEqual([])
    })
  })
}
