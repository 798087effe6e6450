import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StoredFile } from '../../../src/contract/snapshot.ts'
import { keyedStateIn } from '../../../src/state/keyed-state-in.ts'
import { type LayerWork, layerWorkHere } from '../../../src/state/layer-work.ts'
import { PackedEntries } from '../../../src/state/packed-entries.ts'
import { plainContent } from '../../../src/state/state-content.ts'
import { layerWorkAside } from '../../../src/state/thread/layer-thread.ts'

const threads: Worker[] = []
const onWorker = (worker: Worker) => threads.push(worker)
beforeAll(() => void process.on('worker', onWorker))
afterAll(() => void process.off('worker', onWorker))

let over = new AbortController()
beforeEach(() => {
  over = new AbortController()
  threads.length = 0
})
afterEach(() => over.abort())

const header = { codec: 'cbor', shape: 'test', dropped: [7] } as const

/** A megabyte and more, with all kinds of entries. */
function large(round = 0) {
  const entries = new PackedEntries()
  for (let index = 0; index < 60_000; index += 1) {
    const value = index % 9 === 0 ? undefined : Buffer.from(`value ${index} of round ${round}`)
    const key = index % 3 === 0 ? `key ${index}` : index
    const timers = { event: index % 5 === 0 ? [index] : [], processing: [] }
    entries.add({ namespace: index % 4 === 0 ? 1 : 0, key, value, timers })
  }
  return entries.take()
}

/** As stores are: what is read belongs to whoever reads it. */
const written: Uint8Array[] = []
const write = async (content: Uint8Array): Promise<StoredFile> => {
  const kept = content.slice()
  written.push(kept)
  return { sizeBytes: kept.length, read: async () => kept.slice() }
}

async function layersOf(work: LayerWork) {
  const first = (await work.ordered(large(), header, write))!
  const second = (await work.ordered(large(1), { ...header, dropped: [] }, write))!
  const one = (await work.merged([first, second], { shape: 'test', isWhole: true }, write))!
  const layers = [first, second, one]
  const contents = layers.flatMap(({ files }) => files).map((file) => file.read())
  const told = layers.map(({ files, ...layer }) => ({ ...layer, files: files.length }))
  return {
    told,
    contents: (await Promise.all(contents)).map((content) => Buffer.from(content).toString('hex')),
  }
}

test('another thread makes the same layers', async () => {
  const here = await layersOf(layerWorkHere)
  expect(threads).toHaveLength(0)
  expect(await layersOf(layerWorkAside(over.signal))).toEqual(here)
  expect(threads).toHaveLength(1)
})

test('what is small needs no thread', async () => {
  const work = layerWorkAside(over.signal)
  const entries = new PackedEntries()
  entries.add({ namespace: 0, key: 'a', value: Buffer.from('b'), timers: { event: [], processing: [] } })
  const layer = (await work.ordered(entries.take(), header, write))!
  await work.merged([layer, layer], { shape: 'test', isWhole: true }, write)
  expect(threads).toHaveLength(0)
})

test('all states share one thread, which ends with the last of them', async () => {
  const other = new AbortController()
  const both = [layerWorkAside(over.signal), layerWorkAside(other.signal)]
  await Promise.all(both.map((work) => work.ordered(large(), header, write)))
  expect(threads).toHaveLength(1)
  const [thread] = threads
  other.abort()
  await both[0]!.ordered(large(), header, write)
  expect(threads).toHaveLength(1)
  const ended = once(thread!, 'exit')
  over.abort()
  await ended
})

test('a file that cannot be written or read fails its layer with just that error, and no other layer', async () => {
  const work = layerWorkAside(over.signal)
  const full = new Error('the disk is full')
  const other = work.ordered(large(), header, write)
  await expect(work.ordered(large(), header, () => Promise.reject(full))).rejects.toBe(full)
  const gone = new Error('the file is gone')
  const layer = (await other)!
  const lost = { ...layer, files: layer.files.map((file) => ({ ...file, read: () => Promise.reject(gone) })) }
  await expect(work.merged([lost, layer], { shape: 'test', isWhole: true }, write)).rejects.toBe(gone)
})

test('a file that is damaged fails what reads it by the same error as without a thread', async () => {
  const work = layerWorkAside(over.signal)
  const layer = (await work.ordered(large(), header, write))!
  const read = async () => Buffer.alloc(100)
  const damaged = { ...layer, files: layer.files.map((file) => ({ ...file, read })) }
  await expect(work.merged([layer, damaged], { shape: 'test', isWhole: true }, write)).rejects.toMatchObject({
    code: 'CHECKPOINT_CORRUPT',
    happened: 'a file of keyed state cannot be read: it is torn or not a state file',
  })
})

test('a thread that dies fails what it was doing, with the cause, and the next layer has another thread', async () => {
  const work = layerWorkAside(over.signal)
  const dying = work.ordered(large(), header, async (content) => {
    await threads[0]!.terminate()
    return write(content)
  })
  await expect(dying).rejects.toMatchObject({
    code: 'UNEXPECTED',
    happened: 'the thread that writes keyed state has ended',
    cause: { message: 'it ended with exit code 1' },
  })
  expect(await work.ordered(large(), header, write)).toMatchObject({ entries: 60_000 })
  expect(threads).toHaveLength(2)
})

test('a large state is written by the thread while it changes, and comes back', async () => {
  const around = { signal: over.signal, resume: (act: () => void) => act() }
  const making = { ...around, mayUseThreads: true }
  const content = plainContent<{ count: number }>('counts')
  const state = keyedStateIn(making, content)
  for (let key = 0; key < 200_000; key += 1) state.within(0).set(`key ${key}`, { count: 1 })
  const changes = state.snapshot()
  const writing = changes.written(write)
  for (let key = 0; key < 200_000; key += 2) state.within(0).get(`key ${key}`)!.count += 1
  const layers = await writing
  changes.published()
  const second = state.snapshot()
  const later = await second.written(write)
  expect(threads).toHaveLength(1)
  const counted = async (from: typeof layers) => {
    const again = keyedStateIn(making, content)
    await again.open(from, around)
    let [keys, sum] = [0, 0]
    for (const [, { count }] of again.within(0).entries()) [keys, sum] = [keys + 1, sum + count]
    return [keys, sum]
  }
  expect(await counted(layers)).toEqual([200_000, 200_000])
  expect(await counted(later)).toEqual([200_000, 300_000])
})
