import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { ShardPaces } from '../../../connectors/kinesis/shard-pace.ts'
import type { StartAt } from '../../../connectors/kinesis/starting-position.ts'
import type { Json } from '../../../src/contract/json.ts'
import { ManualClock } from './manual-clock.ts'
import { networkFault, ScriptedKinesis, serviceFault } from './scripted-kinesis.ts'
import { observedContext, openScripted } from './scripted-source.ts'

const shard = 'shardId-000000000000'

async function oneShard(
  options: { startAt?: StartAt; paces?: ShardPaces; decode?: (text: string) => string } = {},
) {
  const clock = new ManualClock()
  const api = new ScriptedKinesis(clock)
  const stopping = new AbortController()
  const context = observedContext(clock, stopping.signal)
  const source = await clock.until(openScripted(api, context, options.startAt, options))
  await clock.until(source.discover())
  source.takeReadable()
  const reader = source.read({ id: shard, parents: [] }, undefined)
  return { clock, api, context, source, reader, stopping }
}

function iterators(api: ScriptedKinesis): string[] {
  return api.calls
    .filter((call) => call.startsWith('shardIterator'))
    .map((call) => call.slice(call.indexOf('{')))
}

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

  test('an empty page is neither the end nor, while it says so, caught up', async () => {
    const { clock, api, reader } = await oneShard()
    const fetched = await clock.until(reader.fetch())
    expect(fetched).toMatchObject({ values: [], position: undefined, behindMs: 0, finished: false })
    api.pageSize = 1
    api.put(shard, 'a', 'b')
    clock.advance(5000)
    expect(await clock.until(reader.fetch())).toMatchObject({ values: ['a'], finished: false })
    expect((await clock.until(reader.fetch())).values).toEqual(['b'])
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

describe('an end that no shard continues', () => {
  test('is not believed: the same place is read again, and nothing is skipped', async () => {
    const { clock, api, reader } = await oneShard()
    const answerOf = api.records.bind(api)
    let wrong = 0
    api.records = async (iterator) => {
      const page = await answerOf(iterator)
      return wrong++ === 1 ? { ...page, records: [], nextIterator: undefined, children: [] } : page
    }
    api.put(shard, 'a')
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
    api.put(shard, 'b')
    const doubtful = await clock.until(reader.fetch())
    expect(doubtful).toMatchObject({ values: [], finished: false })
    expect(doubtful.behindMs).toBeGreaterThan(0)
    expect(await clock.until(reader.fetch())).toMatchObject({ values: ['b'], finished: false })
  })

  test('is believed when the listing has the children', async () => {
    const { clock, api, source, reader } = await oneShard()
    api.namesChildren = false
    const children = api.split(shard)
    expect(await clock.until(reader.fetch())).toMatchObject({ finished: true })
    expect(source.finished(shard)).toEqual(children)
  })

  test('is an error when it is said again and again', async () => {
    const { clock, api, reader } = await oneShard()
    api.put(shard, 'a')
    for (const child of api.split(shard)) api.shards.delete(child)
    const startedAt = clock.now()
    const read: string[] = []
    const whole = async () => {
      for (let fetch = 0; fetch < 10; fetch++) read.push(...(await reader.fetch()).values)
    }
    await expect(clock.until(whole())).rejects.toMatchObject({ code: 'SHARD_HOLE', where: { shard } })
    expect(read).toEqual(['a'])
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(2000)
  })
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

describe('iterators are a disposable cache', () => {
  test('an expired one is replaced by one after the last record fetched', async () => {
    const { clock, api, context, reader } = await oneShard()
    const [a] = api.put(shard, 'a')
    await clock.until(reader.fetch())
    api.put(shard, 'b')
    clock.advance(600_000)
    expect((await clock.until(reader.fetch())).values).toEqual(['b'])
    expect(iterators(api)).toEqual([
      '{"kind":"trim-horizon"}',
      JSON.stringify({ kind: 'after', sequenceNumber: a!.sequenceNumber }),
    ])
    expect(context.counts.get('iteratorsExpired')).toBe(1)
  })

  test('when the service gives only expired ones it is asked ever less often', async () => {
    const { clock, api, reader } = await oneShard()
    api.put(shard, 'a')
    api.fail('records', serviceFault('ExpiredIteratorException'), 20)
    const startedAt = clock.now()
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
    expect(clock.now() - startedAt).toBeGreaterThan(30_000)
  })

  test('latest is never resolved again: an iterator that expired before the first record stands where it stood', async () => {
    const { clock, api, reader } = await oneShard({ startAt: 'latest' })
    const startedAt = clock.now()
    await clock.until(reader.fetch())
    clock.advance(200_000)
    api.put(shard, 'came while the iterator expired')
    clock.advance(200_000)
    expect((await clock.until(reader.fetch())).values).toEqual(['came while the iterator expired'])
    expect(iterators(api)).toEqual(Array(2).fill(JSON.stringify({ kind: 'timestamp', ms: startedAt })))
  })
})

describe('what passes is waited out', () => {
  test('throttling never fails a job, however long', async () => {
    const { clock, api, context, reader } = await oneShard()
    api.put(shard, 'a')
    api.fail('records', serviceFault('ProvisionedThroughputExceededException'), 200)
    api.fail('shardIterator', serviceFault('LimitExceededException'), 5)
    const startedAt = clock.now()
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
    expect(clock.now() - startedAt).toBeGreaterThan(600_000)
    expect(context.counts.get('throttled')).toBe(205)
    expect(context.warnings.length).toBeLessThan(50)
  })

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

describe('pace', () => {
  const times = (api: ScriptedKinesis, clock: ManualClock) => {
    const at: number[] = []
    const answer = api.records.bind(api)
    api.records = (iterator) => {
      at.push(clock.now())
      return answer(iterator)
    }
    return at
  }

  test('behind: as fast as five calls a second allow, shared by all readers of the shard', async () => {
    const paces = new ShardPaces()
    const { clock, api, reader } = await oneShard({ paces })
    const other = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { paces }))
    await clock.until(other.discover())
    other.takeReadable()
    const otherReader = other.read({ id: shard, parents: [] }, undefined)
    api.pageSize = 1
    api.put(shard, ...Array(20).fill('x'))
    const at = times(api, clock)
    for (let i = 0; i < 5; i++) await clock.until(Promise.all([reader.fetch(), otherReader.fetch()]))
    expect(at.length).toBe(10)
    expect(at.at(-1)! - at[0]!).toBe(9 * 200)
  })

  test('ten mebibytes are paid for with five seconds', async () => {
    const { clock, api, reader } = await oneShard({ paces: new ShardPaces() })
    api.pageSize = 1
    api.put(shard, 'x'.repeat(10 * 2 ** 20), 'b')
    const at = times(api, clock)
    await clock.until(reader.fetch())
    await clock.until(reader.fetch())
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(4000)
    expect(at[1]! - at[0]!).toBeLessThan(5100)
  })

  test('idle polling leaves the calls of the shard to others', async () => {
    const { clock, api, reader } = await oneShard()
    const at = times(api, clock)
    for (let i = 0; i < 6; i++) await clock.until(reader.fetch())
    expect(at.slice(1).map((time, i) => time - at[i]!)).toEqual([200, 400, 800, 1000, 1000])
    api.put(shard, 'a')
    await clock.until(reader.fetch())
    api.put(shard, 'b')
    await clock.until(reader.fetch())
    expect(at.at(-1)! - at.at(-2)!).toBe(50)
  })
})

describe('a stale checkpoint is never a silent gap', () => {
  const day = 24 * 3_600_000

  /** Reads `before`, stops for a time, and reads on. */
  async function resumed(stoppedMs: number, meanwhile: (api: ScriptedKinesis, clock: ManualClock) => void) {
    const first = await oneShard()
    const { clock, api } = first
    const [before] = api.put(shard, 'before')
    const { position } = await clock.until(first.reader.fetch())
    const restored = JSON.parse(JSON.stringify(first.source.snapshot())) as Json
    await first.source.close()
    meanwhile(api, clock)
    clock.advance(stoppedMs)
    api.trim(clock.now() - day)
    api.put(shard, 'after')
    const source = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { restored }))
    await clock.until(source.discover())
    source.takeReadable()
    const reader = source.read({ id: shard, parents: [] }, { after: position!.after })
    return { clock, api, reader, before: before! }
  }

  test('records that expired while the job stood still stop it, and the message says when they came', async () => {
    const { clock, reader, before } = await resumed(2 * day, (api) => api.put(shard, 'lost'))
    const error = await clock.until(reader.fetch()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'DATA_LOST',
      where: { sequenceNumber: before.sequenceNumber, shard },
    })
    expect(String(error)).toContain(
      `${new Date(before.arrivalTime).toISOString()} and ${new Date(clock.now()).toISOString()}`,
    )
  })

  test('a short stop loses nothing and asks nothing', async () => {
    const { clock, api, reader, before } = await resumed(day - 3_600_000, () => {})
    expect((await clock.until(reader.fetch())).values).toEqual(['after'])
    expect(iterators(api).at(-1)).toBe(
      JSON.stringify({ kind: 'after', sequenceNumber: before.sequenceNumber }),
    )
  })

  test('a shard that was long quiet while the job watched it has lost nothing', async () => {
    const { clock, api, source, reader } = await oneShard()
    api.put(shard, 'before')
    const { position } = await clock.until(reader.fetch())
    for (let hour = 0; hour < 48; hour++) {
      clock.advance(3_600_000)
      await clock.until(reader.fetch())
    }
    api.trim(clock.now() - day)
    api.put(shard, 'after')
    const restored = source.snapshot()
    const again = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { restored }))
    await clock.until(again.discover())
    const resumedReader = again.read({ id: shard, parents: [] }, { after: position!.after })
    expect((await clock.until(resumedReader.fetch())).values).toEqual(['after'])
  })

  test('an empty shard that nobody watched for longer than records last may have had some', async () => {
    const { clock, api, source, reader } = await oneShard({ startAt: 'latest' })
    await clock.until(reader.fetch())
    const restored = JSON.parse(JSON.stringify(source.snapshot())) as Json
    for (const [stoppedMs, outcome] of [
      [day - 60_000, 'fulfilled'],
      [120_000, 'rejected'],
    ] as const) {
      clock.advance(stoppedMs)
      const again = await clock.until(openScripted(api, observedContext(clock), 'latest', { restored }))
      await clock.until(again.discover())
      const [settled] = await clock.until(
        Promise.allSettled([again.read({ id: shard, parents: [] }, undefined).fetch()]),
      )
      expect(settled).toMatchObject(
        outcome === 'fulfilled' ? { status: outcome } : { status: outcome, reason: { code: 'DATA_LOST' } },
      )
    }
  })

  test('as long as the last record is still there, nothing after it has gone', async () => {
    const { clock, api, reader } = await resumed(0, (scripted, time) => {
      scripted.facts = { ...scripted.facts, retentionMs: 1 }
      time.advance(10_000)
    })
    expect((await clock.until(reader.fetch())).values).toEqual(['after'])
    expect(iterators(api).at(-1)).toContain('"kind":"at"')
  })
})
