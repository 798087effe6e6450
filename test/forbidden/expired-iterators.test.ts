import { describe, expect, test } from 'vitest'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { expectAll, made } from '../connectors/kinesis/keyed-texts.ts'
import { iterators, oneShard, shard } from '../connectors/kinesis/one-shard.ts'
import { serviceFault } from '../connectors/kinesis/scripted-kinesis.ts'
import { SmallEngine } from '../connectors/kinesis/small-engine.ts'

describe('an iterator that expired', () => {
  test('never tosses or repeats a record: another one stands after the last record fetched', async () => {
    const { clock, api, context, reader } = await oneShard()
    const [a] = api.put(shard, 'a')
    await clock.until(reader.fetch())
    api.put(shard, 'b')
    clock.advance(600_000)
    expect((await clock.until(reader.fetch())).values).toEqual(['b'])
    expect(iterators(api)).toEqual([
      '{"kind":"trim-horizon"}',
      JSON.stringify({ kind: 'after', sequenceNumber: a!.sequenceNumber }),
    ])
    expect(context.counts.get('iteratorsExpired')).toBe(1)
  })

  test('is never asked for in a hot loop, though the service gives only such ones', async () => {
    const { clock, api, reader } = await oneShard()
    api.put(shard, 'a')
    api.fail('records', serviceFault('ExpiredIteratorException'), 20)
    const startedAt = clock.now()
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
    expect(clock.now() - startedAt).toBeGreaterThan(30_000)
  })

  test('never jumps to the latest record: before the first record it stands where it stood', async () => {
    const { clock, api, reader } = await oneShard({ startAt: 'latest' })
    const startedAt = clock.now()
    await clock.until(reader.fetch())
    clock.advance(200_000)
    api.put(shard, 'came while the iterator expired')
    clock.advance(200_000)
    expect((await clock.until(reader.fetch())).values).toEqual(['came while the iterator expired'])
    expect(iterators(api)).toEqual(Array(2).fill(JSON.stringify({ kind: 'timestamp', ms: startedAt })))
  })
})

test('work that takes longer than iterators live never loses or repeats a record', async () => {
  const stream = await EmbeddedStream.start(2)
  const engine = new SmallEngine(stream)
  for (let round = 0; round < 5; round += 1) {
    await stream.put(...made(40, round * 40))
    await engine.drain()
    stream.now += 10 * 60_000
  }
  expectAll(engine.read, made(200))
  await engine.crash()
  await stream.close()
})
