import { describe, expect, it } from 'vitest'
import { Chance } from '../../../src/testing/simulation/chance.ts'
import { SimulatedStream } from '../../../src/testing/simulation/simulated-stream.ts'
import { VirtualTime } from '../../../src/testing/virtual-time.ts'

describe('a simulated stream', () => {
  it('covers every hash key with its open shards, however it is split and merged', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const chance = new Chance(seed)
      const stream = new SimulatedStream('orders', new VirtualTime(0), chance.between(1, 4))
      for (let step = 0; step < 20; step += 1) {
        stream.reshard(chance)
        const open = [...stream.openShards].sort((a, b) => (a.start < b.start ? -1 : 1))
        expect(open[0]!.start).toBe(0n)
        expect(open.at(-1)!.end).toBe(2n ** 128n - 1n)
        for (const [index, shard] of open.entries())
          if (index > 0) expect(shard.start).toBe(open[index - 1]!.end + 1n)
      }
    }
  })

  it('lists no shard before its parents', () => {
    const chance = new Chance(7)
    const stream = new SimulatedStream('orders', new VirtualTime(0), 2)
    for (let step = 0; step < 30; step += 1) stream.reshard(chance)
    for (const { parents, listedFrom } of stream.shards.values())
      for (const parent of parents)
        expect(listedFrom).toBeGreaterThanOrEqual(stream.shards.get(parent)!.listedFrom)
  })

  it('keeps the records of a partition key in their order, from shard to shard', () => {
    const chance = new Chance(3)
    const stream = new SimulatedStream('orders', new VirtualTime(0), 2)
    for (let index = 0; index < 40; index += 1) {
      stream.put('customer', Buffer.from(String(index)))
      if (index % 5 === 0) stream.reshard(chance)
    }
    const records = [...stream.shards.values()].flatMap((shard) => shard.records)
    const numbers = records.map(({ sequenceNumber }) => BigInt(sequenceNumber))
    expect(records.map(({ data }) => Number(Buffer.from(data).toString()))).toEqual([...Array(40).keys()])
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)))
  })
})
