import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/contract/json.ts'
import type { SplitEnumerator, SplitReader } from '../../../../src/contract/source.ts'
import { FanOutStream } from './fan-out-stream.ts'

const shard = 'shardId-000000000000'
const minute = 60_000

let stream: FanOutStream
beforeEach(async () => {
  stream = await FanOutStream.start()
})
afterEach(() => stream.close())

const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `r ${from + i}`)
const count = (name: string) => stream.counts.get(name) ?? 0

/** A reader whose shard is subscribed. */
async function subscribed(protocol: 'lean' | 'sdk' = 'lean'): Promise<SplitReader<string>> {
  const reader = await stream.reader({ protocol })
  await stream.read(reader, () => count('subscribed') === 1)
  return reader
}

async function reopened(
  restored?: Json,
  after?: string,
): Promise<[SplitEnumerator<string>, SplitReader<string>]> {
  const source = await stream.open({}, restored)
  await stream.clock.until(source.discover())
  source.takeReadable()
  return [source, source.read({ id: shard, parents: [] }, after === undefined ? undefined : { after })]
}

describe('a shard read by fan-out', () => {
  test('is polled until its consumer is active, then subscribed, and no record is lost or doubled', async () => {
    await stream.put(...texts(0, 10))
    const reader = await stream.reader()
    expect(await stream.read(reader, (all) => all.length >= 10)).toEqual(texts(0, 10))
    expect(await stream.read(reader, () => count('subscribed') === 1)).toEqual([])
    await stream.put(...texts(10, 20))
    expect(await stream.read(reader, (all) => all.length >= 10)).toEqual(texts(10, 20))
    expect(count('fellBack')).toBe(0)
  })

  test.each(['lean', 'sdk'] as const)(
    'is subscribed anew every five minutes, protocol %s',
    async (protocol) => {
      const reader = await subscribed(protocol)
      const begun = stream.clock.now()
      let put = 0
      const read: string[] = []
      while (stream.clock.now() - begun < 16 * minute) {
        await stream.put(...texts(put, ++put))
        read.push(...(await stream.read(reader, (all) => all.length === 1)))
        read.push(...(await stream.fetch(reader)).values)
      }
      expect(read).toEqual(texts(0, put))
      expect(count('subscribed')).toBe(4)
      expect(count('subscriptionsFailed')).toBe(0)
    },
  )

  test('that is not fetched for long loses nothing: it is subscribed anew where it stands', async () => {
    const reader = await subscribed()
    await stream.put(...texts(0, 5))
    expect(await stream.read(reader, (all) => all.length === 5)).toEqual(texts(0, 5))
    for (let passed = 0; passed < 20; passed++) {
      await stream.put(...texts(5 + passed, 6 + passed))
      stream.clock.advance(minute)
    }
    expect(await stream.read(reader, (all) => all.length === 20)).toEqual(texts(5, 25))
    expect(count('fellBack')).toBe(0)
  })

  test('keeps the number to go on after in the checkpoint, even if no records came', async () => {
    const source = await stream.open()
    await stream.clock.until(source.discover())
    source.takeReadable()
    const reader = source.read({ id: shard, parents: [] }, undefined)
    await stream.put('r 0')
    await stream.read(reader, () => count('subscribed') === 1)
    const noted = () => (source.snapshot() as { read: Record<string, { continuation?: string }> }).read[shard]
    await stream.fetch(reader)
    const first = noted()?.continuation
    expect(first).toMatch(/^\d+$/)
    expect(noted()).toMatchObject({ readUntil: expect.any(Number) })
  })

  test('follows the time of a quiet shard, never ahead of the service', async () => {
    const reader = await subscribed()
    const begun = stream.clock.now()
    let last = 0
    for (let i = 0; i < 30; i++) {
      const { serverTime, behindMs, values } = await stream.fetch(reader)
      expect([behindMs, values]).toEqual([0, []])
      expect(serverTime).toBeLessThanOrEqual(stream.clock.now())
      last = serverTime
    }
    // It lags by about an event of a quiet shard.
    expect(last - begun).toBeGreaterThan(stream.clock.now() - begun - 12_000)
  })

  test('ends where it was split, and its children begin with their first records', async () => {
    const source = await stream.open()
    await stream.clock.until(source.discover())
    source.takeReadable()
    const reader = source.read({ id: shard, parents: [] }, undefined)
    await stream.read(reader, () => count('subscribed') === 1)
    await stream.put(...texts(0, 4))
    await stream.split(0)
    await stream.put(...texts(4, 8))
    expect(await stream.read(reader, (_, { finished }) => finished)).toEqual(texts(0, 4))
    const children = source.finished(shard)
    expect(children).toHaveLength(2)
    expect(source.takeReadable().map(({ id }) => id)).toEqual(children)
    const all: string[] = []
    for (const id of children) {
      const child = source.read({ id, parents: [shard] }, undefined)
      all.push(...(await stream.read(child, (_, { behindMs }) => behindMs === 0)))
    }
    expect(all.toSorted()).toEqual(texts(4, 8))
  })
})

test('an event that comes twice is read once', async () => {
  const reader = await subscribed()
  stream.kinesis.faults.set([{ kind: 'repeat' }])
  await stream.put(...texts(0, 3))
  const read = await stream.read(reader, (all) => all.length >= 3)
  await stream.put(...texts(3, 6))
  read.push(...(await stream.read(reader, (all) => all.includes('r 5'))))
  for (let more = 0; more < 3; more++) read.push(...(await stream.fetch(reader)).values)
  expect(stream.kinesis.faults.injected.repeat).toBeGreaterThan(1)
  expect(read).toEqual(texts(0, 6))
})

describe('a restart', () => {
  test('within five seconds waits for the service by polling', async () => {
    const [source, reader] = await reopened()
    await stream.put(...texts(0, 3))
    let after: string | undefined
    await stream.read(reader, (_, { position }) => {
      after = position?.after
      return count('subscribed') === 1
    })
    const snapshot = source.snapshot()
    await source.close()
    await stream.put(...texts(3, 6))
    const [, again] = await reopened(snapshot, after)
    expect(await stream.read(again, (all) => all.length === 3)).toEqual(texts(3, 6))
    expect(await stream.read(again, () => count('subscribed') === 2)).toEqual([])
    expect(stream.logged.join()).toContain('ResourceInUseException')
  })

  test('later subscribes at once after the last record', async () => {
    const [source, reader] = await reopened()
    await stream.put(...texts(0, 3))
    const read = await stream.read(reader, () => count('subscribed') === 1)
    expect(read).toEqual(texts(0, 3))
    const { position } = await stream.fetch(reader)
    const snapshot = JSON.parse(JSON.stringify(source.snapshot())) as Json
    await source.close()
    stream.clock.advance(10 * minute)
    await stream.put(...texts(3, 6))
    const polled = count('fellBack')
    const [, again] = await reopened(snapshot, position?.after)
    expect(await stream.read(again, (all) => all.length === 3)).toEqual(texts(3, 6))
    expect([count('subscribed'), count('fellBack')]).toEqual([2, polled])
  })
})

describe('a subscription that is lost', () => {
  test('to another reader of the same consumer is not fought for: the shard is polled', async () => {
    const reader = await subscribed()
    stream.clock.advance(minute)
    const [, other] = await reopened()
    await stream.read(other, () => count('subscribed') === 2)
    await stream.put(...texts(0, 3))
    expect(await stream.read(reader, (all) => all.length === 3)).toEqual(texts(0, 3))
    expect(stream.logged.join()).toContain('another reader subscribed as the same consumer')
    expect(count('fellBack')).toBe(1)
  })

  test('with its consumer is polled until that is registered anew, and is then subscribed', async () => {
    const reader = await subscribed()
    await stream.clock.until(
      stream.call('DeregisterStreamConsumer', {
        StreamName: undefined,
        StreamARN: stream.arn,
        ConsumerName: 'millrace-test-orders',
      }),
    )
    await stream.put(...texts(0, 3))
    expect(await stream.read(reader, (all) => all.length === 3)).toEqual(texts(0, 3))
    expect(await stream.read(reader, () => count('subscribed') === 2)).toEqual([])
    await stream.put(...texts(3, 5))
    expect(await stream.read(reader, (all) => all.length === 2)).toEqual(texts(3, 5))
  })
})

describe('a consumer', () => {
  const register = (name: string) =>
    stream.call('RegisterStreamConsumer', {
      StreamName: undefined,
      StreamARN: stream.arn,
      ConsumerName: name,
    })

  const fill = async () => {
    for (let i = 0; i < 20; i++) {
      await register(`other-${i}`)
      stream.clock.advance(1000)
    }
  }

  test('that the stream does not take stops a source that reads by fan-out, with advice', async () => {
    await fill()
    const reader = await stream.reader()
    await expect(stream.read(reader, () => false)).rejects.toMatchObject({ code: 'CONSUMER_LIMIT' })
  })
})
