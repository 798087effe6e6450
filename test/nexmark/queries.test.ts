import { describe, expect, it } from 'vitest'
import { killedThreeTimes, type Manner, restarted, straight } from './answers.ts'
import { expected } from './expected.ts'

// All queries in every manner, killed over all events, take many minutes.
const full = process.env['NEXMARK_MATRIX'] === 'full'
const names = Object.keys(expected)

const all = { preset: 'std', events: 100_000 } as const
const some = { preset: 'std', events: 10_000 } as const
const inOrder = { splits: 1, group: 1 }
const outOfOrder = { splits: 4, group: 4000 }
const others = [
  ['in order in four splits', { splits: 4, group: 1 }],
  ['out of order', { splits: 1, group: 4000 }],
] as const
const manners = [
  ['in order', inOrder],
  ['out of order in four splits', outOfOrder],
  ...(full ? others : []),
] as const

describe.each(manners)('%s', (_, manner) => {
  it.each(names)('%s gives the answer of SQL', async (name) => {
    expect((await straight(name, { ...all, ...manner })).answer).toEqual(expected[name])
  })
})

describe.each(manners)('killed three times, %s', (_, manner) => {
  it.each(full ? names : ['q4', 'q11'])('%s gives the answer of SQL', async (name) => {
    const events: Manner = { ...all, ...manner }
    const { steps } = await straight(name, events)
    expect((await killedThreeTimes(name, events, steps)).answer).toEqual(expected[name])
  })
})

describe('over a tenth of the events', () => {
  it.each(names)('%s gives the same answer straight and killed three times', async (name) => {
    const { answer, steps } = await straight(name, { ...some, ...inOrder })
    for (const [, manner] of manners) {
      const killed = await killedThreeTimes(name, { ...some, ...manner }, steps)
      expect(killed.answer).toEqual(answer)
      expect(killed.steps).toBeGreaterThan(steps)
    }
  })

  it.each(['q4', 'q11'])('%s gives the same answer when it has restarted by itself', async (name) => {
    const { answer, steps } = await straight(name, { ...some, ...outOfOrder })
    const again = await restarted(name, { ...some, ...outOfOrder })
    expect(again.answer).toEqual(answer)
    expect(again.steps).toBeGreaterThan(steps)
  })
})
