import { beforeEach, describe, expect, test } from 'vitest'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (blob: Uint8Array | undefined) => blob && new TextDecoder().decode(blob)

/** More than any store writes in one piece. */
const largeBytes = 2 ** 24 + 7

/** Bytes without a pattern, others for each seed. */
function noise(size: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4))
  let state = seed | 1
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[index] = state
  }
  return new Uint8Array(words.buffer, 0, size)
}

const same = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && Buffer.compare(a, b) === 0

/** Does something for all, some at a time. */
async function forAll<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
  const rest = [...all]
  const lane = async () => {
    for (let one = rest.pop(); one !== undefined; one = rest.pop()) await act(one)
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}

/** What a suite may need besides empty stores. */
export interface Places {
  /** One more store over the place of the last that was made, as another process has it. */
  readonly another?: () => CheckpointStore
  /** Writes empty blobs of these names, for stores that take long to write thousands. */
  readonly fill?: (names: readonly string[]) => Promise<void>
}

/** What every checkpoint store promises. `makeStore` gives an empty store each time. */
export function checkpointStoreContract(
  name: string,
  makeStore: () => CheckpointStore,
  { another, fill }: Places = {},
): void {
  describe(`${name} as a checkpoint store`, () => {
    let store: CheckpointStore
    let other: CheckpointStore
    beforeEach(() => {
      store = makeStore()
      other = another?.() ?? store
    })

    test('what was read belongs to whoever read it', async () => {
      await store.writeOnce('blob', bytes('content'))
      const read = await store.read('blob')
      read!.fill(0)
      expect(text(await store.read('blob'))).toBe('content')
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

    test('of many processes that write a name exactly one wins, and all read its blob', async () => {
      const stores = Array.from({ length: 12 }, () => another?.() ?? store)
      const outcomes = await Promise.all(
        stores.map((one, writer) => one.writeOnce('manifests/7', bytes(`writer ${writer}`))),
      )
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
      const read = await Promise.all(stores.map(async (one) => text(await one.read('manifests/7'))))
      expect(new Set(read)).toEqual(new Set([`writer ${outcomes.indexOf('written')}`]))
    })

    test('a large blob is read as it was written, by others as well', async () => {
      const large = noise(largeBytes, 1)
      expect(await store.writeOnce('parts/large', large)).toBe('written')
      expect(await other.writeOnce('parts/large', noise(largeBytes, 2))).toBe('taken')
      expect(same(await other.read('parts/large'), large)).toBe(true)
      expect(await other.list('')).toEqual(['parts/large'])
    })

    test('of two that write a large blob at the same time exactly one wins, and nothing is mixed', async () => {
      const [a, b] = [noise(largeBytes, 3), noise(largeBytes, 4)]
      const outcomes = await Promise.all([store.writeOnce('large', a), other.writeOnce('large', b)])
      expect([...outcomes].sort()).toEqual(['taken', 'written'])
      expect(same(await store.read('large'), outcomes[0] === 'written' ? a : b)).toBe(true)
    })

    test('a name may have all characters that names are made of', async () => {
      const names = [
        '0.9-a/z.z-z/-',
        '-',
        'a...b',
        '...',
        'abcdefghijklmnopqrstuvwxyz0123456789.-',
        'x'.repeat(200),
      ]
      for (const blob of names) expect(await store.writeOnce(blob, bytes(blob))).toBe('written')
      expect(await other.list('')).toEqual([...names].sort())
      for (const blob of names) expect(text(await other.read(blob))).toBe(blob)
    })

    test('thousands of names are listed, each once and in order', async () => {
      const names = Array.from({ length: 2345 }, (_, index) => `parts/${(index * 7919) % 2345}`)
      await (fill?.(names) ?? forAll(names, (blob) => store.writeOnce(blob, new Uint8Array())))
      expect(await other.list('parts/')).toEqual([...names].sort())
      expect(await other.list('parts/1')).toEqual(names.filter((blob) => blob.startsWith('parts/1')).sort())
    })

    test('a listing while others delete has all that stays, and nothing twice', async () => {
      const names = Array.from({ length: 60 }, (_, index) => `parts/${1000 + index}`)
      await forAll(names, (blob) => store.writeOnce(blob, new Uint8Array(1)))
      const [gone, stays] = [names.filter((_, i) => i % 2 === 0), names.filter((_, i) => i % 2 === 1)]
      const deleting = forAll(gone, (blob) => other.delete(blob))
      const listings = await Promise.all(Array.from({ length: 5 }, () => store.list('parts/')))
      await deleting
      for (const listed of listings) {
        expect(listed).toEqual([...new Set(listed)].sort())
        expect(listed).toEqual(expect.arrayContaining(stays))
      }
      expect(await store.list('parts/')).toEqual(stays)
    })

    test('a write, a deletion and another write are seen by others at once', async () => {
      for (let round = 0; round < 10; round += 1) {
        expect(await store.writeOnce('a', bytes(`round ${round}`))).toBe('written')
        expect(text(await other.read('a'))).toBe(`round ${round}`)
        expect(await other.list('')).toEqual(['a'])
        await other.delete('a')
        expect(await store.list('')).toEqual([])
        expect(await store.read('a')).toBeUndefined()
      }
    })

    test('what a listing names may be gone when it is read', async () => {
      await store.writeOnce('a', bytes('first'))
      const listed = await store.list('')
      await other.delete('a')
      expect(await store.read(listed[0]!)).toBeUndefined()
      await store.delete(listed[0]!)
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
