import { describe, expect, it } from 'vitest'
import { diskState, memoryState } from '../../src/contract/state-backend.ts'
import { plainContent } from '../../src/state/state-content.ts'
import { openStateContents } from '../../src/state/state-contents.ts'
import { describeKeyedState } from '../contract/keyed-state.ts'
import { publishedLayers } from './settled-snapshot.ts'
import { stateIn } from './state-in.ts'

const backends = { memory: memoryState(), disk: diskState() }

describe.each([
  ['memory', 'disk'],
  ['disk', 'memory'],
] as const)('what was kept in %s', (before, after) => {
  it(`goes on in ${after}`, async () => {
    const first = stateIn(plainContent<number>('numbers'), backends[before])
    for (let key = 0; key < 1_000; key += 1) first.within(key % 3).set(key, key)
    await publishedLayers(first.snapshot())
    first.within(0).delete(3)
    first.within(1).set('new', 7)
    const layers = await publishedLayers(first.snapshot())
    const next = stateIn(plainContent<number>('numbers'), backends[after])
    await next.open(layers, { signal: new AbortController().signal, resume: (act) => act() })
    expect(next.within(1).get('new')).toBe(7)
    expect(next.within(0).get(3)).toBeUndefined()
    expect([0, 1, 2].map((namespace) => next.within(namespace).size)).toEqual([333, 334, 333])
  })
})

it('is looked at as a checkpoint has it', async () => {
  const state = stateIn(plainContent<number>('numbers'))
  state.within(7).set('a', 1)
  await publishedLayers(state.snapshot())
  state.within(7).set('b', 2)
  const { headers, values } = await openStateContents(await publishedLayers(state.snapshot()))
  expect(headers).toEqual([[{ codec: 'cbor', shape: 'numbers', dropped: [] }]])
  expect([...values()].map(({ namespace, key, value }) => [namespace, key, value]).sort()).toEqual([
    [7, 'a', 1],
    [7, 'b', 2],
  ])
})

describeKeyedState({ name: 'in memory', create: (content) => stateIn(content, memoryState()) })
describeKeyedState({ name: 'on disk', create: (content) => stateIn(content, diskState()), runs: 200 })
