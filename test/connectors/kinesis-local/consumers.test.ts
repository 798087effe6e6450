import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.ts'
import { FanOutReader } from './fan-out-reader.ts'
import { fail, put, shardId, succeed } from './raw-call.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const startMs = Date.UTC(2026, 0, 1)

interface RawConsumer {
  readonly ConsumerName: string
  readonly ConsumerARN: string
  readonly ConsumerStatus: string
  readonly ConsumerCreationTimestamp: number
}

describe('a consumer', () => {
  let data: string
  let clock: ManualClock
  let kinesis: LocalKinesis

  const start = async () => {
    kinesis = await startLocalKinesis({ data, clock, consumerDelayMs: 1000 })
  }
  const call = <T = Record<string, unknown>>(operation: string, input: object) =>
    succeed<T>(kinesis.endpoint, operation, input)
  const refused = (operation: string, input: object) => fail(kinesis.endpoint, operation, input)
  const register = async (ConsumerName: string, more: object = {}) =>
    (await call<{ Consumer: RawConsumer }>('RegisterStreamConsumer', { StreamARN, ConsumerName, ...more }))
      .Consumer
  const describeConsumer = async (input: object) =>
    (await call<{ ConsumerDescription: RawConsumer }>('DescribeStreamConsumer', input)).ConsumerDescription
  const list = (more: object = {}) =>
    call<{ Consumers: RawConsumer[]; NextToken?: string }>('ListStreamConsumers', { StreamARN, ...more })
  const count = async () => {
    const { StreamDescriptionSummary } = await call<{ StreamDescriptionSummary: { ConsumerCount: number } }>(
      'DescribeStreamSummary',
      { StreamARN },
    )
    return StreamDescriptionSummary.ConsumerCount
  }

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
    clock = manualClock(startMs)
    await start()
    await call('CreateStream', { StreamName: 'orders', ShardCount: 1 })
  })
  afterEach(async () => {
    await kinesis.close()
    rmSync(data, { recursive: true })
  })

  test('is created, active, deleted and gone as the time of the server passes', async () => {
    const created = await register('lake')
    const ConsumerARN = `${StreamARN}/consumer/lake:${startMs / 1000}`
    expect(created).toEqual({
      ConsumerName: 'lake',
      ConsumerARN,
      ConsumerStatus: 'CREATING',
      ConsumerCreationTimestamp: startMs / 1000,
    })
    clock.advance(999)
    expect((await describeConsumer({ ConsumerARN })).ConsumerStatus).toBe('CREATING')
    clock.advance(1)
    expect(await describeConsumer({ StreamARN, ConsumerName: 'lake' })).toEqual({
      ...created,
      ConsumerStatus: 'ACTIVE',
      StreamARN,
    })
    expect(await count()).toBe(1)
    await call('DeregisterStreamConsumer', { ConsumerARN })
    expect((await list()).Consumers).toEqual([{ ...created, ConsumerStatus: 'DELETING' }])
    clock.advance(1000)
    expect(await refused('DescribeStreamConsumer', { ConsumerARN })).toMatchObject({
      status: 400,
      type: 'ResourceNotFoundException',
    })
    expect((await list()).Consumers).toEqual([])
    expect(await count()).toBe(0)
  })

  test('has another ARN when it is registered anew, even within the same second', async () => {
    await kinesis.close()
    kinesis = await startLocalKinesis({ data, clock, consumerDelayMs: 0 })
    const arns = new Set<string>()
    for (let round = 0; round < 5; round++) {
      const { ConsumerARN } = await register('lake')
      arns.add(ConsumerARN)
      await call('DeregisterStreamConsumer', { StreamARN, ConsumerName: 'lake' })
    }
    expect(arns.size).toBe(5)
  })

  test('is there after a restart, with its tags, and so is its end', async () => {
    const { ConsumerARN } = await register('lake', { Tags: { team: 'lake' } })
    await register('search')
    clock.advance(5000)
    await call('DeregisterStreamConsumer', { StreamARN, ConsumerName: 'search' })
    await kinesis.close()
    await start()
    expect((await list()).Consumers.map((one) => [one.ConsumerName, one.ConsumerStatus])).toEqual([
      ['lake', 'ACTIVE'],
      ['search', 'DELETING'],
    ])
    expect(await call('ListTagsForResource', { ResourceARN: ConsumerARN })).toEqual({
      Tags: [{ Key: 'team', Value: 'lake' }],
    })
    clock.advance(1000)
    expect((await list()).Consumers).toHaveLength(1)
  })

  test('has tags of its own', async () => {
    const { ConsumerARN: ResourceARN } = await register('lake')
    await call('TagResource', { ResourceARN, Tags: { a: '1', b: '2' } })
    await call('TagResource', { ResourceARN: StreamARN, Tags: { stream: 'yes' } })
    await call('UntagResource', { ResourceARN, TagKeys: ['a'] })
    expect(await call('ListTagsForResource', { ResourceARN })).toEqual({ Tags: [{ Key: 'b', Value: '2' }] })
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key ${index}`, '']))
    const tooMany = { type: 'InvalidArgumentException' }
    expect(await refused('TagResource', { ResourceARN, Tags })).toMatchObject(tooMany)
    const another = { StreamARN, ConsumerName: 'other', Tags }
    expect(await refused('RegisterStreamConsumer', another)).toMatchObject(tooMany)
    const gone = { ResourceARN: `${StreamARN}/consumer/lake:1` }
    expect((await refused('ListTagsForResource', gone)).type).toBe('ResourceNotFoundException')
  })

  test('is one of at most twenty, of which five may be in the making', async () => {
    for (let index = 0; index < 20; index++) {
      if (index % 5 === 0) clock.advance(1000)
      await register(`consumer-${index}`)
      if (index !== 4) continue
      const { type, message } = await refused('RegisterStreamConsumer', { StreamARN, ConsumerName: 'more' })
      expect(type).toBe('LimitExceededException')
      expect(message).toContain('5 consumers in status CREATING')
    }
    clock.advance(1000)
    const { type, message } = await refused('RegisterStreamConsumer', { StreamARN, ConsumerName: 'more' })
    expect(type).toBe('LimitExceededException')
    expect(message).toContain('20 consumers already')
  })

  test('is listed with the others in pages, whose tokens expire', async () => {
    for (const name of ['c', 'a', 'b']) await register(name)
    const first = await list({ MaxResults: 2 })
    expect(first.Consumers.map(({ ConsumerName }) => ConsumerName)).toEqual(['a', 'b'])
    const second = await list({ NextToken: first.NextToken })
    expect(second.Consumers.map(({ ConsumerName }) => ConsumerName)).toEqual(['c'])
    expect(second.NextToken).toBeUndefined()
    clock.advance(300_001)
    const expired = { StreamARN, NextToken: first.NextToken }
    expect((await refused('ListStreamConsumers', expired)).type).toBe('ExpiredNextTokenException')
    await call('CreateStream', { StreamName: 'other', ShardCount: 1 })
    const { NextToken } = await list({ MaxResults: 1 })
    const foreign = { StreamARN: StreamARN.replace('orders', 'other'), NextToken }
    expect((await refused('ListStreamConsumers', foreign)).type).toBe('InvalidArgumentException')
    const StreamCreationTimestamp = startMs / 1000
    expect((await list({ StreamCreationTimestamp })).Consumers).toHaveLength(3)
    const earlier = { StreamARN, StreamCreationTimestamp: StreamCreationTimestamp - 60 }
    expect((await refused('ListStreamConsumers', earlier)).type).toBe('ResourceNotFoundException')
  })

  test('keeps its stream from being deleted by accident', async () => {
    await register('lake')
    expect((await refused('DeleteStream', { StreamARN })).type).toBe('ResourceInUseException')
    const no = { StreamARN, EnforceConsumerDeletion: false }
    expect((await refused('DeleteStream', no)).type).toBe('ResourceInUseException')
    await call('DeleteStream', { StreamARN, EnforceConsumerDeletion: true })
    expect((await refused('ListStreamConsumers', { StreamARN })).type).toBe('ResourceNotFoundException')
  })

  const lake = `${StreamARN}/consumer/lake:${startMs / 1000}`
  const trimHorizon = { StartingPosition: { Type: 'TRIM_HORIZON' }, ShardId: shardId(0) }
  const other = '49590338271490256608559692538361571095921575989136588898'

  test.each<[string, string, object]>([
    ['ResourceInUseException', 'RegisterStreamConsumer', { StreamARN, ConsumerName: 'lake' }],
    ['ValidationException', 'RegisterStreamConsumer', { StreamARN, ConsumerName: 'a b' }],
    ['ValidationException', 'RegisterStreamConsumer', { ConsumerName: 'lake' }],
    [
      'ResourceNotFoundException',
      'RegisterStreamConsumer',
      { StreamARN: `${StreamARN}s`, ConsumerName: 'x' },
    ],
    ['InvalidArgumentException', 'DescribeStreamConsumer', { ConsumerName: 'lake' }],
    ['InvalidArgumentException', 'DescribeStreamConsumer', { StreamARN }],
    ['InvalidArgumentException', 'DescribeStreamConsumer', { ConsumerARN: lake, ConsumerName: 'search' }],
    ['InvalidArgumentException', 'DescribeStreamConsumer', { ConsumerARN: lake, StreamARN: `${StreamARN}s` }],
    ['ResourceNotFoundException', 'DescribeStreamConsumer', { StreamARN, ConsumerName: 'search' }],
    ['ResourceNotFoundException', 'DescribeStreamConsumer', { ConsumerARN: `${lake}0` }],
    ['ValidationException', 'DescribeStreamConsumer', { ConsumerARN: StreamARN }],
    ['ResourceNotFoundException', 'DeregisterStreamConsumer', { StreamARN, ConsumerName: 'search' }],
    ['ResourceInUseException', 'DeregisterStreamConsumer', { StreamARN, ConsumerName: 'leaving' }],
    ['ValidationException', 'ListStreamConsumers', { StreamARN, MaxResults: 0 }],
    ['InvalidArgumentException', 'ListStreamConsumers', { StreamARN, NextToken: 'made up' }],
    ['SerializationException', 'DeleteStream', { StreamARN, EnforceConsumerDeletion: 'yes' }],
    ['ResourceNotFoundException', 'SubscribeToShard', { ConsumerARN: `${lake}0`, ...trimHorizon }],
    [
      'ResourceNotFoundException',
      'SubscribeToShard',
      { ConsumerARN: lake, ...trimHorizon, ShardId: shardId(9) },
    ],
    ['ValidationException', 'SubscribeToShard', { ConsumerARN: StreamARN, ...trimHorizon }],
    ['ValidationException', 'SubscribeToShard', { ConsumerARN: lake, ShardId: shardId(0) }],
    [
      'ValidationException',
      'SubscribeToShard',
      { ConsumerARN: lake, ...trimHorizon, StartingPosition: { Type: 'NOW' } },
    ],
    [
      'InvalidArgumentException',
      'SubscribeToShard',
      { ConsumerARN: lake, ...trimHorizon, StartingPosition: { Type: 'AT_SEQUENCE_NUMBER' } },
    ],
    [
      'InvalidArgumentException',
      'SubscribeToShard',
      {
        ConsumerARN: lake,
        ...trimHorizon,
        StartingPosition: { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: other },
      },
    ],
    [
      'InvalidArgumentException',
      'SubscribeToShard',
      {
        ConsumerARN: lake,
        ...trimHorizon,
        StartingPosition: { Type: 'AT_TIMESTAMP', Timestamp: startMs / 1000 + 60 },
      },
    ],
  ])('%s for %s %j', async (type, operation, input) => {
    await register('lake')
    await register('leaving')
    clock.advance(1000)
    await call('DeregisterStreamConsumer', { StreamARN, ConsumerName: 'leaving' })
    expect(await refused(operation, input)).toMatchObject({ status: 400, type })
  })

  test('that is not active cannot subscribe', async () => {
    await register('lake')
    const subscribe = () => refused('SubscribeToShard', { ConsumerARN: lake, ...trimHorizon })
    expect((await subscribe()).type).toBe('ResourceInUseException')
    clock.advance(1000)
    await call('DeregisterStreamConsumer', { ConsumerARN: lake })
    expect((await subscribe()).type).toBe('ResourceInUseException')
  })

  test('of a stream that was deleted is none of the stream that is created anew', async () => {
    await register('lake')
    await call('DeleteStream', { StreamARN, EnforceConsumerDeletion: true })
    await call('CreateStream', { StreamName: 'orders', ShardCount: 1 })
    expect((await list()).Consumers).toEqual([])
  })
})

describe('a server that is killed', () => {
  let data: string
  let server: ChildProcess | undefined

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
  })
  afterEach(() => {
    server?.kill('SIGKILL')
    rmSync(data, { recursive: true })
  })

  async function startProcess(): Promise<string> {
    const file = fileURLToPath(new URL('server-process.ts', import.meta.url))
    server = fork(file, [data], { execArgv: ['--import', 'tsx'] })
    const [endpoint] = (await once(server, 'message')) as [string]
    return endpoint
  }

  async function killed(): Promise<void> {
    const gone = once(server!, 'exit')
    server!.kill('SIGKILL')
    await gone
  }

  test('has every consumer it acknowledged, and lets them read on where they were', async () => {
    const before = await startProcess()
    await succeed(before, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
    const acknowledged: string[] = []
    const registering = (async () => {
      for (let index = 0; index < 20; index++) {
        const input = { StreamARN, ConsumerName: `consumer-${index}` }
        const { Consumer } = await succeed<{ Consumer: RawConsumer }>(before, 'RegisterStreamConsumer', input)
        acknowledged.push(Consumer.ConsumerARN)
      }
    })().catch(() => {})
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(5), { interval: 1 })
    const client = (endpoint: string) =>
      new KinesisClient({
        endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      })
    const reader = new FanOutReader(client(before), acknowledged[0]!)
    await put(before, 'orders', ['one', 'two'])
    reader.follow(shardId(0))
    await vi.waitFor(() => expect(reader.texts).toEqual(['one', 'two']), { timeout: 10_000 })
    const [progress] = reader.open
    reader.stop()
    await killed()
    await registering

    const after = await startProcess()
    const { Consumers } = await succeed<{ Consumers: RawConsumer[] }>(after, 'ListStreamConsumers', {
      StreamARN,
    })
    expect(Consumers.map(({ ConsumerARN }) => ConsumerARN)).toEqual(expect.arrayContaining(acknowledged))
    await put(after, 'orders', ['three'])
    const next = new FanOutReader(client(after), acknowledged[0]!)
    next.follow(shardId(0), progress!.position)
    await vi.waitFor(() => expect(next.texts).toEqual(['three']), { timeout: 10_000 })
    next.stop()
  })
})
