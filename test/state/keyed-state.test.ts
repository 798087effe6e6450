import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Layers } from '../../src/contract/snapshot.ts'
import { compareKeys, type Key } from '../../src/state/key.ts'
import { keyGroupOf, keyGroups } from '../../src/state/key-group.ts'
import type { KeyedState } from '../../src/state/keyed-state.ts'
import { plainContent } from '../../src/state/state-content.ts'
import { publishedLayers } from './settled-snapshot.ts'
import { stateIn } from './state-in.ts'

const key: fc.Arbitrary<Key> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.bigInt(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
)
const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), key, fc.integer()))
const around = { signal: new AbortController().signal, resume: (act: () => void) => act() }

const empty = () => stateIn<number>(plainContent('numbers'))

function stateOf(all: readonly (readonly [number, Key, number])[]): KeyedState<number> {
  const state = empty()
  for (const [namespace, key, value] of all) state.within(namespace).set(key, value)
  return state
}

async function restored(layers: Layers, range?: { first: number; last: number }) {
  const state = empty()
  await state.open(layers, around, range)
  return state
}

const contentOf = (state: KeyedState<number>) =>
  state
    .namespaces()
    .flatMap((namespace) =>
      [...state.within(namespace).entries()].map(([key, value]) => [namespace, key, value] as const),
    )
    .sort(([a, k, v], [b, l, w]) => a - b || compareKeys(k, l) || v - w)

describe('keyed state', () => {
  it('comes back from its snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const back = await restored(await publishedLayers(stateOf(all).snapshot()))
        expect(contentOf(back)).toEqual(contentOf(stateOf(all)))
      }),
    )
  })

  it('comes back in ranges of key groups, which together are all of it', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: keyGroups - 1 }), async (all, cut) => {
        const layers = await publishedLayers(stateOf(all).snapshot())
        const low = await restored(layers, { first: 0, last: cut - 1 })
        const high = await restored(layers, { first: cut, last: keyGroups - 1 })
        for (const [, key] of contentOf(low)) expect(keyGroupOf(key)).toBeLessThan(cut)
        for (const [, key] of contentOf(high)) expect(keyGroupOf(key)).toBeGreaterThanOrEqual(cut)
        expect(contentOf(low).length + contentOf(high).length).toBe(contentOf(stateOf(all)).length)
      }),
    )
  })

  it('forgets a namespace whole, and snapshots do not change afterwards', async () => {
    const state = stateOf([
      [1, 'a', 1],
      [2, 'a', 2],
    ])
    const changes = state.snapshot()
    state.within(2).set('a', 3)
    state.drop(1)
    expect([state.has(1), state.namespaces()]).toEqual([false, [2]])
    expect(contentOf(await restored(await publishedLayers(changes)))).toEqual([
      [1, 'a', 1],
      [2, 'a', 2],
    ])
  })
})
