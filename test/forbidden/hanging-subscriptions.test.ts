import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RawService } from '../connectors/kinesis/fan-out/raw-service.ts'
import { RawSubscriber, reasonOf, subscribe } from '../connectors/kinesis/fan-out/raw-subscriber.ts'
import { ScriptedFanOut } from '../connectors/kinesis/fan-out/scripted-fan-out.ts'
import { ManualClock } from '../connectors/kinesis/manual-clock.ts'
import { ScriptedKinesis } from '../connectors/kinesis/scripted-kinesis.ts'
import { observedContext, openScripted } from '../connectors/kinesis/scripted-source.ts'

import { until } from '../runtime/until.ts'

let raw: RawSubscriber
beforeEach(async () => {
  raw = await RawSubscriber.start()
})
afterEach(() => raw.close())

describe('a request for a subscription is never left without an answer:', () => {
  test('it settles when the session breaks before the answer', async () => {
    const subscribing = subscribe(raw.api().api)
    await raw.service.subscription(0)
    raw.service.sessions[0]!.destroy()
    expect(await reasonOf(subscribing)).toMatchObject({ kind: 'unavailable' })
  })

  test('it settles when the service refuses the stream', async () => {
    const subscribing = subscribe(raw.api().api)
    const { stream } = await raw.service.subscription(0)
    stream.close(7)
    expect(await reasonOf(subscribing)).toMatchObject({ kind: 'unavailable' })
  })

  test('it settles when the service goes away politely', async () => {
    const subscribing = subscribe(raw.api().api)
    const { stream } = await raw.service.subscription(0)
    raw.service.sessions[0]!.goaway()
    stream.close()
    expect(await reasonOf(subscribing)).toMatchObject({ kind: 'unavailable' })
  })

  test('it settles when it is ended while the service says nothing', async () => {
    const ending = new AbortController()
    const subscribing = subscribe(raw.api().api, ending.signal)
    await raw.service.subscription(0)
    ending.abort()
    await expect(subscribing).rejects.toThrow()
  })

  test('it settles when nobody listens there', async () => {
    const { api: to } = raw.api()
    await raw.service.close()
    expect(await reasonOf(subscribe(to))).toMatchObject({ kind: 'unavailable' })
    raw.service = await RawService.start()
  })
})

/** Takes connections and says nothing on them. */
async function muteServer() {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  }
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, close }
}

test('a connection on which nothing is ever said never hangs a shard: it is polled', async () => {
  const mute = await muteServer()
  const clock = new ManualClock()
  const kinesis = new ScriptedKinesis(clock)
  const scripted = new ScriptedFanOut(kinesis, clock)
  const to = raw.api(mute.endpoint).api
  const api = Object.assign(scripted, { subscribe: to.subscribe })
  const context = observedContext(clock)
  const source = await clock.until(
    openScripted(kinesis, context, 'trim-horizon', { fanOut: { read: 'fan-out', api, consumer: 'reader' } }),
  )
  await clock.until(source.discover())
  const reader = source.read(source.takeReadable()[0]!, undefined)
  kinesis.put('shardId-000000000000', 'a')
  const values: string[] = []
  const failed = () => context.counts.get('subscriptionsFailed') ?? 0
  while (failed() < 3) values.push(...(await clock.until(reader.fetch())).values)
  kinesis.put('shardId-000000000000', 'b')
  while (!values.includes('b')) values.push(...(await clock.until(reader.fetch())).values)
  expect(values).toEqual(['a', 'b'])
  await until(() => mute.sockets.length > 0)
  expect(context.warnings.join()).toContain('A shard is polled for a while')
  await source.close()
  await mute.close()
})
