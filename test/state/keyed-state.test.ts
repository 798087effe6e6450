import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, type Key } from '../../src/state/key.ts'
import { keyGroupOf, keyGroups } from '../../src/state/key-group.ts'
import { MemoryKeyedState } from '../../src/state/keyed-state.ts'

const key: fc.Arbitrary<Key> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
)
const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), key, fc.integer()))

function stateOf(all: readonly (readonly [number, Key, number])[]): MemoryKeyedState<number> {
  const state = new MemoryKeyedState<number>()
  for (const [namespace, key, value] of all) state.within(namespace).set(key, value)
  return state
}

const contentOf = (state: MemoryKeyedState<number>) =>
  state
    .namespaces()
    .flatMap((namespace) =>
      [...state.within(namespace).entries()].map(([key, value]) => [namespace, key, value] as const),
    )
    .sort(([a, k, v], [b, l, w]) => a - b || compareKeys(k, l) || v - w)

describe('keyed state', () => {
  it('comes back from its snapshot', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const restored = new MemoryKeyedState<number>()
        restored.restore(stateOf(all).snapshot())
        expect(contentOf(restored)).toEqual(contentOf(stateOf(all)))
      }),
    )
  })

  it('comes back in ranges of key groups, which together are all of it', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: keyGroups - 1 }), (all, cut) => {
        const snapshot = stateOf(all).snapshot()
        const [low, high] = [new MemoryKeyedState<number>(), new MemoryKeyedState<number>()]
        low.restore(snapshot, { first: 0, last: cut - 1 })
        high.restore(snapshot, { first: cut, last: keyGroups - 1 })
        for (const [, key] of contentOf(low)) expect(keyGroupOf(key)).toBeLessThan(cut)
        for (const [, key] of contentOf(high)) expect(keyGroupOf(key)).toBeGreaterThanOrEqual(cut)
        expect(contentOf(low).length + contentOf(high).length).toBe(contentOf(stateOf(all)).length)
      }),
    )
  })

  it('forgets a namespace whole, and snapshots do not change afterwards', () => {
    const state = stateOf([
      [1, 'a', 1],
      [2, 'a', 2],
    ])
    const snapshot = state.snapshot()
    state.within(2).set('a', 3)
    state.drop(1)
    expect([state.has(1), state.namespaces()]).toEqual([false, [2]])
    const restored = new MemoryKeyedState<number>()
    restored.restore(snapshot)
    expect(contentOf(restored)).toEqual([
      [1, 'a', 1],
      [2, 'a', 2],
    ])
  })

  it('refuses a layout that it does not know', () => {
    expect(() => new MemoryKeyedState().restore({ schema: 2, parts: [] })).toThrow('CHECKPOINT_INCOMPATIBLE')
  })
})
