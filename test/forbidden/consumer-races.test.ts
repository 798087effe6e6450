import { describe, expect, test } from 'vitest'
import { FanOutStream } from '../connectors/kinesis/fan-out/fan-out-stream.ts'
import { openedFanOut } from '../connectors/kinesis/fan-out/opened-fan-out.ts'
import { observedContext, openScripted } from '../connectors/kinesis/scripted-source.ts'

describe('a consumer', () => {
  test('is never removed by a source, so a restart never waits for it to be there again', async () => {
    const stream = await FanOutStream.start()
    const first = await stream.open()
    await stream.clock.until(first.discover())
    first.takeReadable()
    const reader = first.read({ id: 'shardId-000000000000', parents: [] }, undefined)
    await stream.read(reader, () => stream.counts.get('subscribed') === 1)
    await first.close()
    const { Consumers } = await stream.call<{
      Consumers: { ConsumerName: string; ConsumerStatus: string }[]
    }>('ListStreamConsumers', { StreamName: undefined, StreamARN: stream.arn })
    expect(Consumers).toMatchObject([{ ConsumerName: 'millrace-test-orders', ConsumerStatus: 'ACTIVE' }])
    await stream.close()
  })

  test('is never registered twice, and no source fails, when several begin together', async () => {
    const { api, clock, kinesis } = await openedFanOut('auto')
    const sources = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        clock.until(
          openScripted(kinesis, { ...observedContext(clock), name }, 'trim-horizon', {
            fanOut: { read: 'fan-out', api, consumer: 'shared' },
          }),
        ),
      ),
    )
    await clock.until(Promise.all(sources.map((source) => source.discover())))
    expect([...api.registered.keys()]).toEqual(['shared'])
    for (const source of sources) await source.close()
    expect([...api.registered.keys()]).toEqual(['shared'])
  })

  test('that another run still creates is never an error: shards are polled until it is there', async () => {
    const { api, context, fetch, kinesis } = await openedFanOut('fan-out')
    kinesis.put('shardId-000000000000', 'a')
    expect((await fetch()).values).toEqual(['a'])
    expect(api.starts).toEqual([])
    while (context.counts.get('subscribed') !== 1) await fetch()
    expect(api.registered.size).toBe(1)
  })

  test('never registers its consumer again by itself when that was removed under its readers', async () => {
    const { fetch, api, clock, discover, kinesis, logged } = await openedFanOut('auto')
    await api.register(kinesis.facts.arn, 'reader')
    clock.advance(3000)
    await discover()
    for (let turn = 0; turn < 3; turn++) await fetch()
    expect(api.starts).toHaveLength(1)
    api.registered.clear()
    const begun = clock.now()
    while (clock.now() - begun < 20_000) await fetch()
    expect(api.registered.size).toBe(0)
    await discover()
    expect(logged.at(-1)).toBe('reads by polling: its consumer was removed')
  })
})
