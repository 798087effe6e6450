import { afterEach, beforeEach, expect, test } from 'vitest'
import { FanOutStream } from './fan-out-stream.ts'
import { http1Proxy } from './raw-service.ts'

let stream: FanOutStream
let proxy: Awaited<ReturnType<typeof http1Proxy>>
beforeEach(async () => {
  stream = await FanOutStream.start()
  proxy = await http1Proxy(stream.kinesis.endpoint)
})
afterEach(async () => {
  await stream.close()
  await proxy.close()
})

test.each(['lean', 'sdk'] as const)(
  'an endpoint without HTTP/2 is subscribed over HTTP/1.1, protocol %s',
  async (protocol) => {
    const { endpoint } = proxy
    const reader = await stream.reader({ endpoint, protocol })
    await stream.read(reader, () => stream.counts.get('subscribed') === 1)
    const begun = stream.clock.now()
    const values: string[] = []
    for (let put = 0; put < 40; put++) {
      await stream.put(`r ${put}`)
      values.push(...(await stream.read(reader, (all) => all.length === 1)))
      values.push(...(await stream.fetch(reader)).values)
      values.push(...(await stream.fetch(reader)).values)
    }
    expect(values).toEqual(Array.from({ length: 40 }, (_, i) => `r ${i}`))
    expect(stream.clock.now() - begun).toBeGreaterThan(300_000)
    expect(stream.counts.get('subscribed')).toBe(2)
    expect(stream.counts.get('fellBack') ?? 0).toBe(0)
  },
)
