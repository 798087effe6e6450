import { describe, expect, test } from 'vitest'
import { chooseReading } from '../../../../connectors/kinesis/fan-out/choose-reading.ts'
import { ManualClock } from '../manual-clock.ts'
import { ScriptedKinesis, serviceFault } from '../scripted-kinesis.ts'
import { observedContext, openScripted } from '../scripted-source.ts'
import { openedFanOut as opened } from './opened-fan-out.ts'
import { ScriptedFanOut } from './scripted-fan-out.ts'

const calm = {
  now: 'polling',
  ownConsumer: false,
  otherConsumers: 0,
  throttledLooks: 0,
  lateLooks: 0,
} as const

describe('the choice', () => {
  test.each([
    ['is polling without a reason', {}, 'polling', 'polls are not throttled'],
    [
      'is fan-out where the consumer is there',
      { ownConsumer: true },
      'fan-out',
      'its consumer is registered',
    ],
    ['is polling once it was removed', { now: 'fan-out' }, 'polling', 'its consumer was removed'],
    ['is fan-out when polls are throttled twice', { throttledLooks: 2 }, 'fan-out', 'other readers'],
    ['is not that when they were once', { throttledLooks: 1 }, 'polling', 'polls are not throttled'],
    ['is fan-out when a shard falls behind', { lateLooks: 2 }, 'fan-out', 'falls behind'],
    [
      'is polling where no consumer has room',
      { throttledLooks: 5, otherConsumers: 20 },
      'polling',
      '20 other',
    ],
    [
      'is fan-out where the own one has it',
      { ownConsumer: true, otherConsumers: 20 },
      'fan-out',
      'its consumer',
    ],
  ] as const)('%s', (_, facts, read, because) => {
    const choice = chooseReading({ ...calm, ...facts })
    expect(choice.read).toBe(read)
    expect(choice.because).toContain(because)
  })
})

describe("read: 'auto'", () => {
  test('begins with polling and says why', async () => {
    const { fetch, api, logged } = await opened('auto')
    await fetch()
    expect(logged).toEqual(['reads by polling: polls are not throttled and no shard falls behind'])
    expect([api.registered.size, api.starts]).toEqual([0, []])
  })

  test('registers its consumer when polls were throttled at two looks, and then stays with fan-out', async () => {
    const { fetch, api, kinesis, logged, discover, context } = await opened('auto')
    for (let look = 0; look < 2; look++) {
      kinesis.fail('records', serviceFault('ProvisionedThroughputExceededException'))
      await fetch()
      await discover()
    }
    expect(logged[1]).toBe('reads by fan-out: other readers use up what shards grant to polling')
    expect([...api.registered.keys()]).toEqual(['reader'])
    for (let turn = 0; turn < 20; turn++) await fetch()
    expect(context.counts.get('subscribed')).toBe(1)
    for (let look = 0; look < 5; look++) await discover()
    expect(logged).toHaveLength(3)
  })

  test('goes back to polling when its consumer is removed, and says so', async () => {
    const { fetch, api, clock, logged, discover, kinesis } = await opened('auto')
    await api.register(kinesis.facts.arn, 'reader')
    clock.advance(3000)
    await discover()
    await fetch()
    expect(api.starts).toHaveLength(1)
    api.registered.clear()
    await discover()
    kinesis.put('shardId-000000000000', 'a')
    const polled = await fetch()
    expect(polled.values).toEqual(['a'])
    expect(logged.at(-1)).toBe('reads by polling: its consumer was removed')
    expect([api.registered.size, api.starts.length]).toEqual([0, 1])
  })

  test('polls where it may not ask, and does not fail', async () => {
    const { fetch, api, logged, discover, kinesis, clock } = await opened('auto')
    await api.register(kinesis.facts.arn, 'reader')
    api.fail({ at: 'consumers', error: serviceFault('AccessDeniedException') })
    await discover()
    expect(logged.at(-1)).toContain('reads by polling')
    await fetch()
    clock.advance(600_000)
    await discover()
    expect(logged.at(-1)).toBe('reads by fan-out: its consumer is registered')
  })
})

describe("read: 'fan-out'", () => {
  test.each(['register', 'consumer', 'subscribe'] as const)(
    'is refused with the action that is not allowed: %s',
    async (at) => {
      const clock = new ManualClock()
      const kinesis = new ScriptedKinesis(clock)
      const api = new ScriptedFanOut(kinesis, clock)
      api.fail({ at, error: serviceFault('AccessDeniedException', 400, `not authorized to perform: ${at}`) })
      const source = await clock.until(
        openScripted(kinesis, observedContext(clock), 'trim-horizon', {
          fanOut: { read: 'fan-out', api, consumer: 'reader' },
        }),
      )
      const reading = async () => {
        await clock.until(source.discover())
        const reader = source.read(source.takeReadable()[0]!, undefined)
        for (;;) await clock.until(reader.fetch())
      }
      await expect(reading()).rejects.toMatchObject({
        code: 'ACCESS_DENIED',
        message: expect.stringContaining(at),
      })
    },
  )
})
