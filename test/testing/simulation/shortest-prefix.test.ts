import { describe, expect, it } from 'vitest'
import { shortestFailing } from '../../../src/testing/simulation/shortest-prefix.ts'

const failingWith =
  (...needed: readonly number[]) =>
  async (some: readonly number[]) =>
    needed.every((one) => some.includes(one))

describe('the shortest list that still fails', () => {
  it('is empty if everything fails', async () =>
    expect(await shortestFailing([1, 2, 3], failingWith())).toEqual([]))

  it('ends with what makes it fail, and leaves out what does not', async () => {
    expect(await shortestFailing([1, 2, 3, 4, 5, 6], failingWith(2, 4))).toEqual([2, 4])
  })

  it('is the whole list if all of it is needed', async () => {
    expect(await shortestFailing([1, 2, 3], failingWith(1, 2, 3))).toEqual([1, 2, 3])
  })

  it('looks at prefixes first, since they are the same history', async () => {
    const seen: (readonly number[])[] = []
    await shortestFailing([1, 2, 3], async (some) => {
      seen.push(some)
      return some.includes(2)
    })
    expect(seen.slice(0, 3)).toEqual([[], [1], [1, 2]])
  })
})
