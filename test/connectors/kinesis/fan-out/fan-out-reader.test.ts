import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FanOutStream } from './fan-out-stream.ts'

let stream: FanOutStream
beforeEach(async () => {
  stream = await FanOutStream.start()
})
afterEach(() => stream.close())

const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `r ${from + i}`)

describe('a shard read by fan-out', () => {
  test('is polled until its consumer is active, then subscribed, and no record is lost or doubled', async () => {
    await stream.put(...texts(0, 10))
    const reader = await stream.reader()
    expect(await stream.read(reader, (all) => all.length >= 10)).toEqual(texts(0, 10))
    await stream.read(reader, () => stream.counts.get('subscribed') === 1)
    await stream.put(...texts(10, 20))
    expect(await stream.read(reader, (all) => all.length >= 10)).toEqual(texts(10, 20))
  })
})
