import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { oneShard, shard } from './one-shard.ts'
import { networkFault, serviceFault } from './scripted-kinesis.ts'

describe('records', () => {
  test('come with arrival times, positions and weight, and in their order', async () => {
    const { clock, api, reader } = await oneShard()
    const [a, b] = api.put(shard, 'a', 'bc')
    const fetched = await clock.until(reader.fetch())
    expect(fetched).toMatchObject({
      values: ['a', 'bc'],
      sizeBytes: 3,
      behindMs: 0,
      finished: false,
      undecodable: [],
    })
    expect(fetched.arrivalTimes).toEqual([a!.arrivalTime, b!.arrivalTime])
    expect(fetched.positionOf(0)).toBe(`${a!.sequenceNumber}:0`)
    expect(fetched.position).toEqual({ after: `${b!.sequenceNumber}:0` })
    expect(fetched.serverTime).toBe(clock.now())
  })

  test('that cannot be decoded stand apart, and the position passes them', async () => {
    const decode = (text: string) => {
      if (text.startsWith('bad')) throw new Error(`cannot read ${text}`)
      return text
    }
    const { clock, api, reader } = await oneShard({ decode })
    const put = api.put(shard, 'bad1', 'a', 'bad2', 'b', 'bad3')
    const fetched = await clock.until(reader.fetch())
    expect(fetched.values).toEqual(['a', 'b'])
    expect(fetched.positionOf(1)).toBe(`${put[3]!.sequenceNumber}:0`)
    expect(fetched.position).toEqual({ after: `${put[4]!.sequenceNumber}:0` })
    expect(fetched.undecodable.map(({ before, reason }) => [before, reason])).toEqual([
      [0, 'cannot read bad1'],
      [1, 'cannot read bad2'],
      [2, 'cannot read bad3'],
    ])
    expect(fetched.undecodable[0]).toMatchObject({
      source: 'orders',
      split: shard,
      position: `${put[0]!.sequenceNumber}:0`,
    })
  })

  test('of the page that ends a shard are taken before its end is seen', async () => {
    const { clock, api, reader } = await oneShard()
    api.put(shard, 'a')
    api.split(shard)
    expect(await clock.until(reader.fetch())).toMatchObject({ values: ['a'], finished: true })
    const calls = api.calls.length
    expect(await clock.until(reader.fetch())).toMatchObject({ values: [], finished: true })
    expect(api.calls.length).toBe(calls)
  })
})

test('an answer that tells no time was given no later than it was asked for', async () => {
  const { clock, api, reader } = await oneShard()
  const answerOf = api.records.bind(api)
  let askedAt = 0
  api.records = async (iterator) => {
    askedAt = clock.now()
    const answer = await answerOf(iterator)
    // The process stands still: records that come now are not in the answer.
    await clock.sleep(3_000)
    return { ...answer, serverTime: undefined }
  }
  const { behindMs, serverTime } = await clock.until(reader.fetch())
  expect({ behindMs, serverTime }).toEqual({ behindMs: 0, serverTime: askedAt })
  expect(clock.now()).toBe(askedAt + 3_000)
})

test('closing ends a fetch at once, even if a call does not heed its signal', async () => {
  const { clock, api, reader } = await oneShard()
  api.records = () => new Promise(() => {})
  const startedAt = clock.now()
  const fetch = reader.fetch()
  await setImmediate()
  reader.close()
  expect(await clock.until(fetch)).toMatchObject({ values: [], finished: false })
  expect(clock.now()).toBe(startedAt)
})

test('the records of a page are let go of once they have been taken', async () => {
  setFlagsFromString('--expose-gc')
  const { clock, api, reader } = await oneShard()
  const answerOf = api.records.bind(api)
  let seen: WeakRef<object> | undefined
  api.records = async (iterator) => {
    const answer = await answerOf(iterator)
    seen = new WeakRef(answer.records)
    return answer
  }
  api.put(shard, 'a')
  await clock.until(reader.fetch())
  await setImmediate()
  runInNewContext('gc')()
  expect(seen?.deref()).toBeUndefined()
  expect((await clock.until(reader.fetch())).values).toEqual([])
})

describe('what passes is waited out', () => {
  test('lost connections and failures of the service are tried again', async () => {
    const { clock, api, context, reader } = await oneShard()
    api.put(shard, 'a')
    const faults = [
      networkFault('ECONNRESET'),
      serviceFault('InternalFailureException', 500),
      serviceFault('TimeoutError', 0),
    ]
    for (const fault of faults) api.fail('records', fault)
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
    expect(context.counts.get('unavailable')).toBe(3)
  })

  test('two minutes without any answer are an error that a restart may cure', async () => {
    const { clock, api, reader } = await oneShard()
    api.fail('records', networkFault('ECONNREFUSED'), 1000)
    const startedAt = clock.now()
    await expect(clock.until(reader.fetch())).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      retryable: true,
    })
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(120_000)
    expect(clock.now() - startedAt).toBeLessThan(150_000)
  })

  test('a call that never answers is given up and made again', async () => {
    const { clock, api, reader } = await oneShard()
    api.put(shard, 'a')
    const answer = api.records.bind(api)
    let hung = false
    api.records = (iterator) => {
      if (hung) return answer(iterator)
      hung = true
      return new Promise(() => {})
    }
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
  })
})

describe('what does not pass is an error', () => {
  test('a stream that is gone is never taken for a shard that is finished', async () => {
    const { clock, api, reader } = await oneShard()
    api.fail(
      'records',
      serviceFault('ResourceNotFoundException', 400, 'Stream orders under account 1 not found.'),
    )
    await expect(clock.until(reader.fetch())).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      retryable: false,
      message: expect.stringMatching(/orders.*us-east-1|us-east-1.*orders/),
    })
  })

  test('a shard that is gone is lost data', async () => {
    const { clock, api, reader } = await oneShard()
    api.shards.delete(shard)
    await expect(clock.until(reader.fetch())).rejects.toMatchObject({ code: 'DATA_LOST' })
  })

  test('access that is denied', async () => {
    const { clock, api, reader } = await oneShard()
    api.fail(
      'shardIterator',
      serviceFault('AccessDeniedException', 400, 'not authorized to perform kinesis:GetShardIterator'),
    )
    await expect(clock.until(reader.fetch())).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('kinesis:GetShardIterator'),
    })
  })
})

describe('closing', () => {
  test.each(['reader', 'job'])(
    'the %s ends a fetch that is under way, and nothing looks caught up by it',
    async (which) => {
      const { clock, api, reader, stopping } = await oneShard()
      api.records = () => new Promise(() => {})
      const fetching = reader.fetch()
      if (which === 'reader') reader.close()
      else stopping.abort()
      expect(await clock.until(fetching)).toMatchObject({
        values: [],
        finished: false,
        behindMs: Number.POSITIVE_INFINITY,
      })
    },
  )
})
