import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { shardId } from '../kinesis-local/raw-call.ts'
import { EmbeddedStream } from './embedded-stream.ts'
import { expectAll, made } from './keyed-texts.ts'
import { SmallEngine } from './small-engine.ts'

const hour = 3_600_000
let stream: EmbeddedStream
afterEach(() => stream.close())

describe('expired shards', () => {
  test('a job that had read them to their end goes on with their children', async () => {
    stream = await EmbeddedStream.start(1)
    const engine = new SmallEngine(stream)
    await stream.put(...made(10))
    await stream.split(0)
    await stream.put(...made(10, 10))
    await stream.merge(1, 2)
    await engine.drain()
    await stream.put(...made(10, 20))
    await engine.drain()
    engine.checkpoint()
    await engine.crash()
    stream.now += 23 * hour
    await stream.put(...made(10, 30))
    await engine.drain()
    engine.checkpoint()
    stream.now += 2 * hour
    expect(await stream.shards()).toHaveLength(1)
    await stream.put(...made(10, 40))
    await engine.crash()
    await engine.drain()
    expectAll(engine.read, made(50))
  })

  test('a job that begins finds what is left, several generations deep', async () => {
    stream = await EmbeddedStream.start(2)
    await stream.put(...made(10, 1000))
    await stream.split(0)
    stream.now += 2 * hour
    await stream.put(...made(10))
    await stream.merge(3, 1)
    stream.now += hour
    await stream.put(...made(10, 10))
    stream.now += 22 * hour
    const engine = new SmallEngine(stream)
    await engine.discover()
    expect(engine.reading).toEqual([1, 2, 3].map(shardId))
    await engine.drain()
    expectAll(engine.read, made(20))
  })

  test('a job that had not read one to its end is told which records it lost', async () => {
    stream = await EmbeddedStream.start(1)
    const engine = new SmallEngine(stream)
    await stream.put(...made(10))
    await engine.drain()
    engine.checkpoint()
    await engine.crash()
    await stream.put(...made(10, 10))
    await stream.split(0)
    stream.now += 25 * hour
    await expect(engine.discover()).rejects.toMatchObject({ code: 'DATA_LOST', where: { shard: shardId(0) } })
  })

  test('a shard that expires while it is read is no end of it', async () => {
    stream = await EmbeddedStream.start(1)
    const engine = new SmallEngine(stream)
    await stream.put(...made(10))
    await engine.discover()
    await engine.fetch(shardId(0))
    await stream.split(0)
    stream.now += 25 * hour
    await expect(engine.fetch(shardId(0))).rejects.toMatchObject({ code: 'DATA_LOST' })
    expect(engine.finished.size).toBe(0)
  })
})

const steps = [
  ...(['put', 'put', 'fetch', 'fetch', 'fetch', 'reshard'] as const),
  ...(['discover', 'checkpoint', 'crash', 'rest'] as const),
]

test('every record is read once and each key in order, whatever is put, resharded and crashed when', async () => {
  const step = fc.record({ what: fc.constantFrom(...steps), pick: fc.nat(1000) })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (shards, script) => {
        stream = await EmbeddedStream.start(shards)
        const engine = new SmallEngine(stream)
        const put: string[] = []
        for (const { what, pick } of script) {
          const { reading } = engine
          if (what === 'put') {
            const texts = made(1 + (pick % 30), put.length, 17)
            await stream.put(...texts)
            put.push(...texts)
          } else if (what === 'reshard') await stream.reshard(pick)
          else if (what === 'discover') await engine.discover()
          else if (what === 'fetch' && reading.length > 0) await engine.fetch(reading[pick % reading.length]!)
          else if (what === 'checkpoint') engine.checkpoint()
          else if (what === 'crash') await engine.crash()
          // Sixty of them stay within the retention.
          else if (what === 'rest') stream.now += pick * 1000
        }
        await engine.drain()
        expectAll(engine.read, put)
        await engine.crash()
        await stream.close()
      },
    ),
    { numRuns: 60 },
  )
}, 240_000)
