import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskState } from '../../../src/contract/state-backend.ts'
import { cborView, decodeCbor } from '../../../src/state/cbor.ts'
import { DiskValues } from '../../../src/state/disk/disk-values.ts'
import type { Key } from '../../../src/state/key.ts'
import type { KeyedState } from '../../../src/state/keyed-state.ts'
import { keyedStateIn } from '../../../src/state/keyed-state-in.ts'
import { Slices } from '../../../src/state/slices.ts'
import { plainContent } from '../../../src/state/state-content.ts'
import { publishedLayers } from '../settled-snapshot.ts'

let folder = ''
let over = new AbortController()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-disk-'))
  over = new AbortController()
})
afterEach(() => {
  over.abort()
  rmSync(folder, { recursive: true })
})

const openFiles = () => readdirSync('/proc/self/fd').length

/** Numbers that look random, and are the same every time. */
function randoms(): (limit: number) => number {
  let seed = 1
  return (limit) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % limit
  }
}

/** Mostly short, some long, and some that are longer than what is emptied at once. */
const textOf = (random: (limit: number) => number) =>
  String.fromCharCode(97 + random(26)).repeat(
    random(100) === 0 ? 150_000 : random(4) === 0 ? 30_000 : random(200),
  )

test.each([
  ['as good as none of them in memory', '1B'],
  ['some of them in memory', '24MiB'],
  ['all of them in memory', '1GiB'],
] as const)('values are what was written, with %s', async (_, memory) => {
  const state: KeyedState<string[]> = keyedStateIn(
    { state: diskState({ folder, memory }), signal: over.signal },
    plainContent<string[]>('texts'),
  )
  const random = randoms()
  const model = new Map<number, Map<Key, string>>([0, 1, 2].map((namespace) => [namespace, new Map()]))
  let layers = await publishedLayers(state.snapshot())
  for (let round = 0; round < 12; round += 1) {
    for (let step = 0; step < 1_500; step += 1) {
      const namespace = random(3)
      const key = random(2) === 0 ? random(3_000) : `key ${random(3_000)}`
      const [table, expected] = [state.within(namespace), model.get(namespace)!]
      const value = table.get(key)
      if (value?.[0] !== expected.get(key)) expect([key, value?.[0]]).toEqual([key, expected.get(key)])
      if (random(8) === 0) {
        table.delete(key)
        expected.delete(key)
        continue
      }
      const text = textOf(random)
      if (value === undefined) table.set(key, [text])
      else value[0] = text
      expected.set(key, text)
    }
    if (round % 5 === 4) {
      state.drop(round % 3)
      model.set(round % 3, new Map())
    }
    layers = await publishedLayers(state.snapshot())
  }
  const back: KeyedState<string[]> = keyedStateIn({ signal: over.signal }, plainContent<string[]>('texts'))
  await back.open(layers, { signal: over.signal, resume: (act) => act() })
  for (const [namespace, expected] of model) {
    for (const found of [state, back]) {
      const entries = [...found.within(namespace).entries()].map(([key, [text]]) => [key, text!.length])
      expect(new Map(entries as [Key, number][])).toEqual(
        new Map([...expected].map(([key, text]) => [key, text.length])),
      )
    }
  }
})

test.skipIf(!existsSync('/proc/self/fd'))(
  'files go when nothing is wanted of them any more, be it moved or dropped',
  async () => {
    const unpack = (packed: Uint8Array) => decodeCbor(packed) as string
    const values = new DiskValues({ folder, usedKeys: 1, memoryBytes: 1 }, unpack, over.signal)
    const [text, before] = ['x'.repeat(10_000), openFiles()]
    const [kept, dropped] = [values.open(), values.open()]
    for (let key = 0; key < 20_000; key += 1) (key % 5 === 0 ? kept : dropped).load(key, cborView(text))
    expect(openFiles() - before).toBeGreaterThan(20)
    dropped.drop()
    await values.tidy(new Slices())
    expect(openFiles() - before).toBeLessThan(14)
    for (let key = 0; key < 20_000; key += 5) {
      if (kept.get(key) !== text) expect(key).toBe('there')
    }
    kept.drop()
    await values.tidy(new Slices())
    expect(openFiles() - before).toBeLessThan(2)
  },
)

test('a size that is none is refused', () => {
  expect(() => diskState({ memory: '1 gigabyte' as '1GiB' })).toThrow(RangeError)
})
