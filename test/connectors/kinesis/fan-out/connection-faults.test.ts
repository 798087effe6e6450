import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ShardSubscription } from '../../../../connectors/kinesis/fan-out/fan-out-api.ts'
import { fanOutClient } from '../../../../connectors/kinesis/fan-out/fan-out-client.ts'
import { sdkFanOutApi } from '../../../../connectors/kinesis/fan-out/sdk-fan-out-api.ts'
import { failureOf } from '../../../../connectors/kinesis/service-failure.ts'
import { ManualClock } from '../manual-clock.ts'
import { shardEvent } from './event-stream-bytes.ts'
import { RawService } from './raw-service.ts'

let service: RawService
let ending: AbortController
const clients: { close(): void }[] = []
beforeEach(async () => {
  service = await RawService.start()
  ending = new AbortController()
})
afterEach(async () => {
  for (const { close } of clients.splice(0)) close()
  await service.close()
})

function api() {
  const clock = new ManualClock()
  const subscribing = fanOutClient({ endpoint: service.endpoint }, 'orders', clock)
  clients.push(subscribing)
  return { clock, api: sdkFanOutApi(subscribing.client, subscribing.client, subscribing.close) }
}

const event = (n: number, text = 'a') =>
  shardEvent({
    Records: [
      { SequenceNumber: `${n}`, Data: btoa(text), PartitionKey: 'k', ApproximateArrivalTimestamp: 1 },
    ],
    ContinuationSequenceNumber: `${n}`,
    MillisBehindLatest: 0,
  })

type Subscribe = ReturnType<typeof api>['api']

function subscribe(to: Subscribe, signal = ending.signal): Promise<ShardSubscription> {
  return to.subscribe(
    'arn:aws:kinesis:us-east-1:000000000000:stream/orders/consumer/c:1',
    's',
    { kind: 'trim-horizon' },
    signal,
  )
}

async function accepted(to: Subscribe, n = 0): Promise<ShardSubscription> {
  const subscribing = subscribe(to)
  ;(await service.subscription(n)).accept()
  return subscribing
}

async function reasonOf(promise: Promise<unknown>): Promise<ReturnType<typeof failureOf>> {
  return promise.then(
    (value) => {
      throw new RangeError(`settled with ${JSON.stringify(value)}`)
    },
    (error: unknown) => failureOf(error),
  )
}

describe('a request for a subscription settles', () => {
  test('when the session breaks before the answer', async () => {
    const subscribing = subscribe(api().api)
    await service.subscription(0)
    service.sessions[0]!.destroy()
    expect(await reasonOf(subscribing)).toMatchObject({ kind: 'unavailable' })
  })

  test('when the service refuses the stream', async () => {
    const subscribing = subscribe(api().api)
    const { stream } = await service.subscription(0)
    stream.close(7)
    expect(await reasonOf(subscribing)).toMatchObject({ kind: 'unavailable' })
  })

  test('when the service goes away politely', async () => {
    const subscribing = subscribe(api().api)
    const { stream } = await service.subscription(0)
    service.sessions[0]!.goaway()
    stream.close()
    expect(await reasonOf(subscribing)).toMatchObject({ kind: 'unavailable' })
  })

  test('when it is ended while the service says nothing', async () => {
    const subscribing = subscribe(api().api)
    await service.subscription(0)
    ending.abort()
    await expect(subscribing).rejects.toThrow()
  })

  test('when nobody listens there', async () => {
    const { api: to } = api()
    await service.close()
    expect(await reasonOf(subscribe(to))).toMatchObject({ kind: 'unavailable' })
    service = await RawService.start()
  })
})

describe('a subscription', () => {
  test('brings every event, also what came before it was asked for', async () => {
    const subscription = await accepted(api().api)
    const { send, stream } = service.subscriptions[0]!
    send(Buffer.concat([event(1), event(2)]))
    expect((await subscription.next())?.continuation).toBe('1')
    expect((await subscription.next())?.continuation).toBe('2')
    stream.end()
    expect(await subscription.next()).toBeUndefined()
  })

  test.each([
    ['cut off within an event', event(2).subarray(0, 40)],
    ['damaged on its way', Buffer.from(event(2)).fill(0, 60, 64)],
  ])('that is %s fails after what was whole, and nothing of the rest comes out', async (_, bytes) => {
    const subscription = await accepted(api().api)
    const { send, stream } = service.subscriptions[0]!
    send(event(1))
    send(bytes)
    stream.end()
    expect((await subscription.next())?.continuation).toBe('1')
    expect(await reasonOf(subscription.next())).toMatchObject({ kind: 'unavailable' })
  })

  test('whose session breaks fails, and the next one gets a new session', async () => {
    const { api: to } = api()
    const subscription = await accepted(to)
    const next = subscription.next()
    service.sessions[0]!.destroy(new Error('broken'))
    expect(await reasonOf(next)).toMatchObject({ kind: 'unavailable' })
    await accepted(to, 1)
    expect(service.sessions).toHaveLength(2)
  })

  test('shares its session with some tens of others, not with all', async () => {
    const { api: to } = api()
    const all = Array.from({ length: 70 }, () => subscribe(to, new AbortController().signal))
    for (let n = 0; n < 70; n++) (await service.subscription(n)).accept()
    await Promise.all(all)
    expect(service.sessions).toHaveLength(3)
  })

  test('that nobody reads holds the service back, in bounded memory, and others go on', async () => {
    const { api: to } = api()
    const [unread, read] = [await accepted(to), await accepted(to, 1)]
    const [flood, calm] = service.subscriptions
    const megabytes = 40
    for (let n = 0; n < megabytes; n++) flood!.send(event(n, 'x'.repeat(750_000)))
    calm!.send(event(7))
    expect((await read.next())?.continuation).toBe('7')
    // What was not taken is still with the service.
    expect(flood!.stream.writableLength).toBeGreaterThan((megabytes - 3) * 1_000_000)
    for (let n = 0; n < megabytes; n++) expect((await unread.next())?.continuation).toBe(`${n}`)
  })

  test('in which nothing came in time is ended, and its session takes no more', async () => {
    const { api: to } = api()
    const subscription = await accepted(to)
    const next = subscription.next()
    ending.abort(Object.assign(new Error('nothing came'), { name: 'TimeoutError' }))
    await expect(next).rejects.toThrow('nothing came')
    ending = new AbortController()
    await accepted(to, 1)
    expect(service.sessions).toHaveLength(2)
  })

  test('knows of an event that it was sent after the last sign of life, and of one that was held that it may not', async () => {
    const { api: to, clock } = api()
    const subscription = await accepted(to)
    const { send, stream } = service.subscriptions[0]!
    const asked = clock.now()
    const first = subscription.next()
    await answered()
    clock.advance(60_000)
    send(event(1))
    expect((await first)?.sentAfter).toBe(asked)
    send(event(2))
    // It lies here unread while time passes.
    while (stream.writableLength > 0) await turn()
    await answered()
    clock.advance(60_000)
    expect((await subscription.next())?.sentAfter).toBe(asked)
  })
})

/** Long enough for a question and its answer to come and go within this process. */
async function answered(): Promise<void> {
  for (let turns = 0; turns < 200; turns++) await turn()
}
