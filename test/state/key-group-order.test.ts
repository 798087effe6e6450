import { describe, expect, it } from 'vitest'
import { KeyGroupOrder } from '../../src/state/key-group-order.ts'
import { Slices } from '../../src/state/slices.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'

describe('the order of key groups', () => {
  it.each([0, 1, 2, 512, 513, 40_000])(
    'is theirs, then the one in which they came, for %i things',
    async (count) => {
      const chance = new Chance(count)
      const groups = Array.from({ length: count }, () =>
        chance.oneOf([0, 7, 32_767, chance.between(0, 32_767)]),
      )
      const order = new KeyGroupOrder(Math.floor(count / 2))
      for (const group of groups) order.add(group)
      const places = await order.places(new Slices())
      const expected = groups.map((_, place) => place).sort((a, b) => groups[a]! - groups[b]! || a - b)
      expect([...places]).toEqual(expected)
      expect([...places].every((place) => order.groupOf(place) === groups[place])).toBe(true)
    },
  )
})
