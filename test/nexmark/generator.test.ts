import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { NexmarkGenerator, priceTable } from '../bench/nexmark/generator.ts'
import { deliveryOrder, presets } from '../bench/nexmark/preset.ts'
import { Chance } from '../bench/nexmark/random.ts'

describe('the generator of Nexmark events', () => {
  it('draws the numbers of its specification', () => {
    const chance = new Chance(0, 0, 1, 1)
    expect([chance.u32(), chance.u32(), chance.u32()]).toEqual([1_299_785_925, 4_001_059_704, 2_906_380_172])
    expect(priceTable().reduce((sum, price) => sum + price, 0)).toBe(474_314_913_522)
  })

  it.each([
    ['std', 1000, '8c4aa5272745a339d499c9f49db910d0282f50d776ee9b03d1889cc1671253f7'],
    ['std', 100_000, 'e0f4e10eed7f78a19eb676f3b980491cc4bff2e5d09ba77315e6b55c895752af'],
    ['late', 1000, 'f01322de379e0716f7cf255acadb860f0ffa27824902f32d8b1296f77f07a490'],
    ['wide', 1000, '0601e041c7edc8da3f850e2bfaa6c441f1cdb7c852839376db1c4118841fb5b8'],
    ['dense', 1000, 'e52f17b32ecf22fea8b5511a5f7ded1a6eba88f87f58d2af32856044b1706442'],
  ] as const)('gives the lines of preset %s, the first %i', (name, events, digest) => {
    const preset = presets[name]
    const generator = new NexmarkGenerator(preset)
    const hash = createHash('sha256')
    for (const number of deliveryOrder(events, preset.group)) {
      hash.update(`${JSON.stringify(generator.event(number))}\n`)
    }
    expect(hash.digest('hex')).toBe(digest)
  })
})
