import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { shardEvent } from './event-stream-bytes.ts'
import { RawSubscriber, reasonOf, subscribe } from './raw-subscriber.ts'

let raw: RawSubscriber
beforeEach(async () => {
  raw = await RawSubscriber.start()
})
afterEach(() => raw.close())

const event = (n: number, text = 'a') =>
  shardEvent({
    Records: [
      { SequenceNumber: `${n}`, Data: btoa(text), PartitionKey: 'k', ApproximateArrivalTimestamp: 1 },
    ],
    ContinuationSequenceNumber: `${n}`,
    MillisBehindLatest: 0,
  })

describe('a subscription', () => {
  test('brings every event, also what came before it was asked for', async () => {
    const subscription = await raw.accepted(raw.api().api)
    const { send, stream } = raw.service.subscriptions[0]!
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
    const subscription = await raw.accepted(raw.api().api)
    const { send, stream } = raw.service.subscriptions[0]!
    send(event(1))
    send(bytes)
    stream.end()
    expect((await subscription.next())?.continuation).toBe('1')
    expect(await reasonOf(subscription.next())).toMatchObject({ kind: 'unavailable' })
  })

  test('whose session breaks fails, and the next one gets a new session', async () => {
    const { api: to } = raw.api()
    const subscription = await raw.accepted(to)
    const next = subscription.next()
    raw.service.sessions[0]!.destroy(new Error('broken'))
    expect(await reasonOf(next)).toMatchObject({ kind: 'unavailable' })
    await raw.accepted(to, 1)
    expect(raw.service.sessions).toHaveLength(2)
  })

  test('shares its session with some tens of others, not with all', async () => {
    const { api: to } = raw.api()
    const all = Array.from({ length: 70 }, () => subscribe(to))
    for (let n = 0; n < 70; n++) (await raw.service.subscription(n)).accept()
    await Promise.all(all)
    expect(raw.service.sessions).toHaveLength(3)
  })

  test('that nobody reads holds the service back, in bounded memory, and others go on', async () => {
    const { api: to } = raw.api()
    const [unread, read] = [await raw.accepted(to), await raw.accepted(to, 1)]
    const [flood, calm] = raw.service.subscriptions
    const megabytes = 40
    for (let n = 0; n < megabytes; n++) flood!.send(event(n, 'x'.repeat(750_000)))
    calm!.send(event(7))
    expect((await read.next())?.continuation).toBe('7')
    // What was not taken is still with the raw.service.
    expect(flood!.stream.writableLength).toBeGreaterThan((megabytes - 3) * 1_000_000)
    for (let n = 0; n < megabytes; n++) expect((await unread.next())?.continuation).toBe(`${n}`)
  })

  test('in which nothing came in time is ended, and its session takes no more', async () => {
    const { api: to } = raw.api()
    const ending = new AbortController()
    const subscription = await raw.accepted(to, 0, ending.signal)
    const next = subscription.next()
    ending.abort(Object.assign(new Error('nothing came'), { name: 'TimeoutError' }))
    await expect(next).rejects.toThrow('nothing came')
    await raw.accepted(to, 1)
    expect(raw.service.sessions).toHaveLength(2)
  })

  test('knows of an event that it was sent after the last sign of life, and of one that was held that it may not', async () => {
    const { api: to, clock } = raw.api()
    const subscription = await raw.accepted(to)
    const { send, stream } = raw.service.subscriptions[0]!
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
