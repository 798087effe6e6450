import { afterEach, describe, expect, test } from 'vitest'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { expectAll, made } from '../connectors/kinesis/keyed-texts.ts'
import { SmallEngine } from '../connectors/kinesis/small-engine.ts'

let stream: EmbeddedStream
afterEach(() => stream.close())

describe('resharding', () => {
  test("a checkpoint in the middle of a split never loses the children's records", async () => {
    stream = await EmbeddedStream.start(1)
    await stream.put(...made(10))
    const moments = ['before the split', 'before the end', 'at the end', 'after the end', 'in a child']
    for (const [round, moment] of moments.entries()) {
      const engine = new SmallEngine(stream)
      await engine.drain()
      const from = engine.read.length
      const [open] = engine.reading as [string]
      if (moment === 'before the split') engine.checkpoint()
      await stream.split(Number(open.slice(8)))
      await stream.put(...made(20, from))
      if (moment === 'before the end') engine.checkpoint()
      await engine.fetch(open, () => moment === 'at the end' && engine.checkpoint())
      if (moment === 'after the end') engine.checkpoint()
      await engine.discover()
      await engine.fetch(engine.reading[0]!)
      if (moment === 'in a child') engine.checkpoint()
      await engine.fetch(engine.reading[1]!)
      await engine.crash()
      await engine.drain()
      expectAll(engine.read, made(10 + 20 * (round + 1)))
      await engine.crash()
      // The next round begins with one open shard again.
      const [low, high] = await stream.open()
      await stream.merge(low!, high!)
    }
  })

  test('the backlog of a closed shard is never skipped, and no child ever begins at the latest record', async () => {
    stream = await EmbeddedStream.start(2)
    await stream.put(...made(20, 1000))
    stream.now += 1000
    const [latest, time] = [new SmallEngine(stream, 'latest'), new SmallEngine(stream, new Date(stream.now))]
    await Promise.all([latest.discover(), time.discover()])
    for (const engine of [latest, time]) engine.checkpoint()
    stream.now += 1000
    await stream.put(...made(20))
    await stream.split(0)
    await stream.put(...made(20, 20))
    await stream.scale(6)
    await stream.put(...made(20, 40))
    for (const engine of [latest, time]) {
      await engine.crash()
      await engine.drain()
      expectAll(engine.read, made(60))
    }
  })

  test('a restart never reads a closed shard again, and never hands out a shard twice', async () => {
    stream = await EmbeddedStream.start(2)
    const engine = new SmallEngine(stream)
    await stream.put(...made(30))
    for (let generation = 1; generation <= 4; generation += 1) {
      await stream.reshard(generation * 2)
      await stream.put(...made(30, generation * 30))
      await engine.drain()
      engine.checkpoint()
      await engine.crash()
      await engine.drain()
      expectAll(engine.read, made(30 + generation * 30))
      const closed = [...engine.finished]
      expect(engine.reading.filter((shard) => closed.includes(shard))).toEqual([])
    }
    expect(engine.finished.size).toBeGreaterThanOrEqual(4)
  })

  test('shards that come with scaling are never missed, however many pages the listing has', async () => {
    stream = await EmbeddedStream.start(550)
    await stream.scale(1100)
    const engine = new SmallEngine(stream)
    await engine.discover()
    expect(engine.reading).toHaveLength(550)
    for (const shard of engine.reading) await engine.fetch(shard)
    await engine.discover()
    expect(engine.reading).toHaveLength(1100)
    expect(engine.finished.size).toBe(550)
  }, 60_000)
})
