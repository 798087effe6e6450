import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { EnumeratorSnapshot } from '../../../connectors/kinesis/enumerator-snapshot.ts'
import type { Gap } from '../../../src/contract/source.ts'
import { shardId } from '../kinesis-local/raw-call.ts'
import { EmbeddedStream } from './embedded-stream.ts'
import { SmallEngine } from './small-engine.ts'

const hour = 3_600_000
let stream: EmbeddedStream
afterEach(() => stream.close())

function made(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `k${(from + index) % 10} ${from + index}`)
}

const iso = (ms: number) => new Date(ms).toISOString()

/** Reads ten records of two shards, and stops. */
async function stopped(onDataLoss: 'fail' | 'continue') {
  stream = await EmbeddedStream.start(2)
  const engine = new SmallEngine(stream, 'trim-horizon', onDataLoss)
  await stream.put(...made(20))
  const readAt = stream.now
  await engine.drain()
  engine.checkpoint()
  await engine.crash()
  return { engine, readAt }
}

describe('a job that stood still for longer than records last', () => {
  test('is told of every shard at once, with its hash range and the time that is missing', async () => {
    const { engine, readAt } = await stopped('fail')
    await stream.put(...made(20, 20))
    stream.now += 30 * hour
    await stream.put(...made(20, 40))
    await engine.discover()
    const error = await engine.fetch(shardId(0)).catch(String)
    expect(error).toMatch(/^MillraceError: DATA_LOST: .* \[.*shard shardId-000000000000/)
    expect(error).toContain(`${shardId(0)} (hash keys 0 to ${2n ** 127n - 1n})`)
    expect(error).toContain(`${shardId(1)} (hash keys ${2n ** 127n} to ${2n ** 128n - 1n})`)
    expect(error).toContain(`between ${iso(readAt)} and ${iso(stream.now)}`)
    expect(error).toContain(`between ${iso(readAt)} and ${iso(stream.now - 24 * hour)}`)
  })

  test('goes on with what is left if it is told to, and keeps the gap in its checkpoints', async () => {
    const { engine, readAt } = await stopped('continue')
    await stream.put(...made(20, 20))
    stream.now += 30 * hour
    await stream.put(...made(20, 40))
    await engine.drain()
    expect([...engine.read].sort()).toEqual([...made(20), ...made(20, 40)].sort())
    const gaps = [...engine.gaps.values()]
    expect(gaps.map(({ split, from, until }) => ({ split, from, until }))).toEqual([
      { split: shardId(0), from: readAt, until: stream.now },
      { split: shardId(1), from: readAt, until: stream.now },
    ])
    engine.checkpoint()
    const kept = engine.kept as EnumeratorSnapshot
    expect(kept.gaps).toEqual({ latest: gaps, count: 2, lostMs: 2 * 30 * hour })
    await engine.crash()
    engine.gaps.clear()
    await engine.drain()
    expect(engine.gaps.size).toBe(0)
  })

  test('has the gap once, though it starts again before a checkpoint has moved past it', async () => {
    const { engine } = await stopped('continue')
    stream.now += 30 * hour
    await stream.put(...made(20, 20))
    for (let start = 1; start <= 3; start += 1) {
      await engine.drain()
      engine.gaps.clear()
      if (start < 3) await engine.crash()
      stream.now += hour
    }
    engine.checkpoint()
    const { gaps } = engine.kept as EnumeratorSnapshot
    expect(gaps?.count).toBe(2)
  })
})

describe('shards that expired before they were read to their end', () => {
  test('all stop the job together, each with its range', async () => {
    const { engine, readAt } = await stopped('fail')
    await stream.split(0)
    await stream.split(1)
    stream.now += 30 * hour
    const error = await engine.discover().catch(String)
    expect(error).toContain('DATA_LOST')
    for (const shard of [0, 1]) expect(error).toContain(shardId(shard))
    expect(error).toContain(`between ${iso(readAt)} and ${iso(stream.now - 24 * hour)}`)
  })

  test('are passed, with generations of descendants that nobody ever saw', async () => {
    const { engine, readAt } = await stopped('continue')
    await stream.put(...made(10, 20))
    await stream.split(0)
    await stream.put(...made(10, 30))
    await stream.split(2)
    stream.now += 10 * hour
    await stream.put(...made(10, 40))
    await stream.merge(4, 5)
    stream.now += 20 * hour
    await stream.put(...made(10, 50))
    const left = (await stream.shards()).map(({ ShardId }) => ShardId)
    expect(left).not.toContain(shardId(2))
    await engine.drain()
    expect([...engine.read].sort()).toEqual([...made(20), ...made(10, 40), ...made(10, 50)].sort())
    expect([...engine.gaps.values()].find(({ split }) => split === shardId(0))).toMatchObject({
      range: { start: '0' },
      from: readAt,
      until: stream.now - 24 * hour,
    })
  })

  test('never hide a shard that was merged with another branch meanwhile', async () => {
    stream = await EmbeddedStream.start(2)
    const engine = new SmallEngine(stream, 'trim-horizon', 'continue')
    await engine.discover()
    await stream.scale(4)
    const [lowest, lower] = await stream.open()
    await stream.merge(lowest!, lower!)
    stream.now += 25 * hour
    await stream.put(...made(40))
    const [merged, next] = await stream.open()
    await stream.merge(merged!, next!)
    await stream.put(...made(40, 40))
    await engine.drain()
    expect([...engine.read].sort()).toEqual(made(80).sort())
  })

  test('while they are read are no end of the job either', async () => {
    stream = await EmbeddedStream.start(1)
    const engine = new SmallEngine(stream, 'trim-horizon', 'continue')
    await stream.put(...made(10))
    await engine.discover()
    await engine.fetch(shardId(0))
    await stream.put(...made(10, 10))
    await stream.split(0)
    stream.now += 25 * hour
    await stream.put(...made(10, 20))
    await engine.drain()
    expect([...engine.read].sort()).toEqual([...made(10), ...made(10, 20)].sort())
    expect([...engine.gaps.values()].map(({ split }) => split)).toEqual([0, 1, 2].map(shardId))
  })
})

describe('a stream that was deleted and created again', () => {
  test.each(['fail', 'continue'] as const)(
    'stops the job under %s: a fresh start must be explicit',
    async (onDataLoss) => {
      const { engine } = await stopped(onDataLoss)
      await stream.call('DeleteStream')
      stream.now += 60_000
      await stream.call('CreateStream', { ShardCount: 1 })
      await expect(engine.discover()).rejects.toMatchObject({
        code: 'DATA_LOST',
        message: expect.stringContaining("not even onDataLoss: 'continue'"),
      })
    },
  )
})

const runs = Number(process.env['MILLRACE_LOSS_RUNS'] ?? 25)

/** Where a partition key goes. */
function hashKey(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text.split(' ')[0]!).digest('hex')}`)
}

function covers(gap: Gap, text: string, arrivedAt: number): boolean {
  const key = hashKey(text)
  const inRange = BigInt(gap.range.start) <= key && key <= BigInt(gap.range.end)
  return inRange && arrivedAt <= gap.until && (gap.from === null || arrivedAt >= gap.from - 1000)
}

test('whatever is resharded, expired and crashed: each record is read once, or lies in a gap that is told', async () => {
  const step = fc.record({
    what: fc.constantFrom(
      'put',
      'put',
      'fetch',
      'fetch',
      'reshard',
      'discover',
      'checkpoint',
      'crash',
      'rest',
    ),
    pick: fc.nat(1000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), async (script) => {
      stream = await EmbeddedStream.start(2)
      const engine = new SmallEngine(stream, 'trim-horizon', 'continue')
      await engine.discover()
      engine.checkpoint()
      const put = new Map<string, number>()
      for (const { what, pick } of script) {
        if (what === 'put') {
          const texts = made(1 + (pick % 20), put.size)
          await stream.put(...texts)
          for (const text of texts) put.set(text, stream.now)
        } else if (what === 'reshard') {
          await stream.reshard(pick)
          // Shards are numbered by the second, and never within the second of their parents.
          stream.now += 10_000
        } else if (what === 'discover') await engine.discover()
        else if (what === 'fetch') await engine.fetch(engine.reading[pick % engine.reading.length] ?? '')
        else if (what === 'checkpoint') engine.checkpoint()
        else if (what === 'crash') await engine.crash()
        else stream.now += (pick % 30) * hour
      }
      // As often as an empty answer is asked for again.
      await engine.drain(4)
      expect(new Set(engine.read).size).toBe(engine.read.length)
      const gaps = [...engine.gaps.values()]
      for (const [text, arrivedAt] of put) {
        if (engine.read.includes(text)) continue
        expect(
          gaps.some((gap) => covers(gap, text, arrivedAt)),
          `${text} of ${iso(arrivedAt)}`,
        ).toBe(true)
      }
      await engine.crash()
      await stream.close()
    }),
    { numRuns: runs },
  )
}, 600_000)
