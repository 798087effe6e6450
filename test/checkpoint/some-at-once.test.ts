import { describe, expect, it } from 'vitest'
import { someAtOnce } from '../../src/checkpoint/some-at-once.ts'

const record = { d: 4, a: 1, c: 3, b: 2 }

describe('some at once', () => {
  it('are no more than so many, and come back by their names in the order in which they were', async () => {
    let [under, most] = [0, 0]
    const doubled = await someAtOnce(record, 2, async (value) => {
      under += 1
      most = Math.max(most, under)
      for (let turn = 0; turn < value; turn += 1) await Promise.resolve()
      under -= 1
      return value * 2
    })
    expect(most).toBe(2)
    expect(Object.entries(doubled)).toEqual([
      ['d', 8],
      ['a', 2],
      ['c', 6],
      ['b', 4],
    ])
  })

  it('fail when none is under way any more, and no other is begun', async () => {
    const begun: number[] = []
    let ended = 0
    const failing = someAtOnce(record, 2, async (value) => {
      begun.push(value)
      if (value === 1) throw new Error('one failed')
      await Promise.resolve()
      await Promise.resolve()
      ended += 1
    })
    await expect(failing).rejects.toThrow('one failed')
    expect([begun, ended]).toEqual([[4, 1], 1])
  })
})
