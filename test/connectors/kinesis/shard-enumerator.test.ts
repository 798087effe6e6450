import { describe, expect, test } from 'vitest'
import type { StartAt } from '../../../connectors/kinesis/starting-position.ts'
import type { Json } from '../../../src/contract/json.ts'
import { ManualClock } from './manual-clock.ts'
import { readAll } from './read-all.ts'
import { networkFault, ScriptedKinesis, serviceFault } from './scripted-kinesis.ts'
import { observedContext, openScripted } from './scripted-source.ts'

const hour = 3_600_000
const shardId = (n: number) => `shardId-${String(n).padStart(12, '0')}`

function world(shards = 1) {
  const clock = new ManualClock()
  const api = new ScriptedKinesis(clock, shards)
  const open = (startAt?: StartAt, restored?: Json) =>
    clock.until(
      openScripted(api, observedContext(clock), startAt, restored === undefined ? {} : { restored }),
    )
  const opened = async (startAt?: StartAt, restored?: Json) => {
    const source = await open(startAt, restored)
    await clock.until(source.discover())
    return source
  }
  return { clock, api, open, opened }
}

const values = (read: readonly { readonly value: string }[]) => read.map(({ value }) => value)

describe('starting positions', () => {
  async function threeTimes() {
    const it = world()
    const [old] = it.api.put(shardId(0), 'old')
    it.clock.advance(60_000)
    const [middle] = it.api.put(shardId(0), 'middle')
    it.clock.advance(60_000)
    it.api.put(shardId(0), 'new')
    it.clock.advance(60_000)
    return { ...it, old: old!, middle: middle! }
  }

  test('trim horizon: all there is', async () => {
    const { clock, open } = await threeTimes()
    expect(values(await readAll(await open('trim-horizon'), clock))).toEqual(['old', 'middle', 'new'])
  })

  test('latest: what comes from now on', async () => {
    const { clock, api, open } = await threeTimes()
    const source = await open('latest')
    clock.advance(1)
    api.put(shardId(0), 'newest')
    expect(values(await readAll(source, clock))).toEqual(['newest'])
  })

  test('a time: what arrived then or later', async () => {
    const { clock, open, middle } = await threeTimes()
    expect(values(await readAll(await open(new Date(middle.arrivalTime)), clock))).toEqual(['middle', 'new'])
  })

  test('at and after a sequence number', async () => {
    const { clock, open, middle } = await threeTimes()
    const at = await open({ shards: { [shardId(0)]: { at: middle.sequenceNumber } } })
    expect(values(await readAll(at, clock))).toEqual(['middle', 'new'])
    const after = await open({ shards: { [shardId(0)]: { after: middle.sequenceNumber } } })
    expect(values(await readAll(after, clock))).toEqual(['new'])
  })

  test('sequence numbers for shards that leave a hole, overlap or do not exist are refused', async () => {
    const { clock, api, open } = world(2)
    const [low] = api.split(shardId(0))
    const refusal = async (shards: Record<string, 'trim-horizon'>) => {
      const source = await open({ shards })
      return clock.until(source.discover()).catch((error: unknown) => String(error))
    }
    expect(await refusal({ [shardId(0)]: 'trim-horizon' })).toMatch(
      /^.*OPTION_INVALID.*no shard for hash keys 17014/,
    )
    expect(await refusal({ [shardId(7)]: 'trim-horizon' })).toContain('which the stream does not have')
    expect(
      await refusal({ [shardId(0)]: 'trim-horizon', [shardId(1)]: 'trim-horizon', [low]: 'trim-horizon' }),
    ).toContain('share hash keys')
  })

  test('an invalid date or sequence number is refused', async () => {
    const { clock, open } = world()
    await expect(open(new Date(clock.now() + 5000))).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(open(new Date('no date'))).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(open({ shards: { [shardId(0)]: { after: 'x' } } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
    await expect(open({ shards: {} })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  test('overrides come before options', async () => {
    const { clock, api } = world()
    api.put(shardId(0), 'old')
    clock.advance(10)
    const context = { ...observedContext(clock), overrides: { startAt: 'latest' as const } }
    const source = await clock.until(openScripted(api, context, 'trim-horizon'))
    expect(values(await readAll(source, clock))).toEqual([])
  })
})

describe('resharding', () => {
  test('a closed shard is read to its end, and its children from their first record', async () => {
    const { clock, api, open } = world()
    api.put(shardId(0), 'a', 'b')
    const [low, high] = api.split(shardId(0))
    api.put(low, 'c')
    api.put(high, 'd')
    expect(values(await readAll(await open('trim-horizon'), clock))).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a child never starts at the position of the job: it was created after a start at latest', async () => {
    const { clock, api, open } = world()
    const source = await open('latest')
    clock.advance(1000)
    api.put(shardId(0), 'a')
    const [low, high] = api.split(shardId(0))
    api.put(low, 'b')
    api.put(high, 'c')
    clock.advance(60_000)
    expect(values(await readAll(source, clock))).toEqual(['a', 'b', 'c'])
    const starts = api.calls.filter((call) => call.startsWith('shardIterator')).map((call) => call.slice(14))
    expect(starts.slice(1)).toEqual([`${low} {"kind":"trim-horizon"}`, `${high} {"kind":"trim-horizon"}`])
  })

  test('shards that ended before the start are left out, with their children that ended too', async () => {
    const { clock, api, open } = world()
    api.put(shardId(0), 'too old')
    clock.advance(1000)
    const [low, high] = api.split(shardId(0))
    api.put(low, 'too old as well')
    clock.advance(1000)
    const startAt = new Date(clock.now())
    api.put(high, 'a')
    clock.advance(1000)
    const merged = api.merge(low, high)
    api.put(merged, 'b')
    expect(values(await readAll(await open(startAt), clock))).toEqual(['a', 'b'])
  })

  test('a start before the trim horizon begins with all that is left', async () => {
    const { clock, api, open } = world()
    const startAt = new Date(clock.now())
    clock.advance(1000)
    const [low] = api.split(shardId(0))
    clock.advance(10_000)
    api.put(low, 'a')
    api.trim(clock.now() - 5000)
    expect(values(await readAll(await open(startAt), clock))).toEqual(['a'])
  })

  test('new shards are found though the listing has many pages and the end of a shard names no children', async () => {
    const { clock, api, open } = world(7)
    api.shardsPerListing = 2
    api.namesChildren = false
    const source = await open('trim-horizon')
    for (let i = 0; i < 7; i++) api.put(shardId(i), `root ${i}`)
    const children = api.split(shardId(6))
    for (const child of children) api.put(child, `child ${child}`)
    expect(await readAll(source, clock)).toHaveLength(9)
  })

  test('lineage is not lost when a checkpoint meets a split, and no closed shard is read twice', async () => {
    const { clock, api, opened } = world()
    api.put(shardId(0), 'a')
    const first = await opened('trim-horizon')
    const [split] = first.takeReadable()
    const reader = first.read(split!, undefined)
    const [low, high] = api.split(shardId(0))
    const fetched = await clock.until(reader.fetch())
    const inBetween = first.snapshot()
    first.finished(split!.id)
    const finished = first.snapshot()
    api.put(low, 'b')
    api.put(high, 'c')
    const positions = () => new Map([[shardId(0), fetched.position!.after]])
    const unfinishedRun = await opened('trim-horizon', inBetween)
    expect(values(await readAll(unfinishedRun, clock, positions()))).toEqual(['b', 'c'])
    const finishedRun = await opened('trim-horizon', finished)
    expect(finishedRun.takeReadable().map(({ id }) => id)).toEqual([low, high])
  })

  test('a listing from before a merge does not let the merged shard begin before both parents are read', async () => {
    const { clock, api, opened } = world(2)
    const source = await opened()
    const [, second] = source.takeReadable()
    const fresh = api.listShards.bind(api)
    const stale = await fresh({ filter: 'retained' })
    const [, high] = api.split(shardId(0))
    const merged = api.merge(high, shardId(1))
    expect(await clock.until(source.read(second!, undefined).fetch())).toMatchObject({ finished: true })
    source.finished(shardId(1))
    api.listShards = async () => stale
    await clock.until(source.discover())
    expect(source.takeReadable()).toEqual([])
    api.listShards = fresh
    await clock.until(source.discover())
    source.finished(shardId(0))
    expect(source.takeReadable().map(({ id }) => id)).not.toContain(merged)
    source.finished(high)
    expect(source.takeReadable().map(({ id }) => id)).toEqual([merged])
  })

  test('a listing from before a split brings no shard back that was read since', async () => {
    const { clock, api, opened } = world()
    const source = await opened()
    const fresh = api.listShards.bind(api)
    const stale = await fresh({ filter: 'retained' })
    const [low, high] = api.split(shardId(0))
    const grandchildren = api.split(low)
    for (const parent of [shardId(0), low]) {
      const split = source.takeReadable().find(({ id }) => id === parent)!
      expect(await clock.until(source.read(split, undefined).fetch())).toMatchObject({ finished: true })
      source.finished(parent)
    }
    api.listShards = async () => stale
    await clock.until(source.discover())
    api.listShards = fresh
    await clock.until(source.discover())
    const restarted = await opened('trim-horizon', source.snapshot())
    expect(restarted.takeReadable().map(({ id }) => id)).toEqual([high, ...grandchildren])
  })

  test('a shard is not at its end before its children are known, though the service does not name them', async () => {
    const { clock, api, opened } = world()
    api.namesChildren = false
    const source = await opened()
    const [split] = source.takeReadable()
    const children = api.split(shardId(0))
    const hidden = api.shards.get(children[1])!
    api.shards.delete(children[1])
    const reader = source.read(split!, undefined)
    expect(await clock.until(reader.fetch())).toMatchObject({ finished: false, behindMs: 1 })
    api.shards.set(children[1], hidden)
    expect(await clock.until(reader.fetch())).toMatchObject({ finished: true })
    expect(source.finished(shardId(0))).toEqual(children)
  })

  test('a shard that has ended is never quiet, though it has nothing more to give', async () => {
    const { clock, api, opened } = world()
    const source = await opened()
    const [split] = source.takeReadable()
    const reader = source.read(split!, undefined)
    expect(await clock.until(reader.fetch())).toMatchObject({ behindMs: 0, finished: false })
    api.split(shardId(0))
    api.emptyPagesBeforeEnd = 2
    await clock.until(source.discover())
    for (const finished of [false, false, true]) {
      const fetched = await clock.until(reader.fetch())
      expect(fetched).toMatchObject({ values: [], finished })
      if (!finished) expect(fetched.behindMs).toBeGreaterThan(0)
    }
  })

  test('a split that was handed out is not given again', async () => {
    const { clock, opened } = world(3)
    const source = await opened()
    expect(source.takeReadable()).toHaveLength(3)
    await clock.until(source.discover())
    expect(source.takeReadable()).toHaveLength(0)
  })
})

describe('loss is an error', () => {
  test('a hole in the hash ranges stops the job and is named', async () => {
    const { clock, api, opened } = world()
    api.namesChildren = false
    const source = await opened()
    source.takeReadable()
    const [low] = api.split(shardId(0))
    source.finished(shardId(0))
    api.shards.delete(low)
    await expect(clock.until(source.discover())).rejects.toMatchObject({
      code: 'SHARD_HOLE',
      message: expect.stringContaining(`0 to ${2n ** 127n - 1n}`),
    })
  })

  test('a child that shows up within a minute after its parent has ended is no hole', async () => {
    const { clock, api, opened } = world()
    api.namesChildren = false
    const source = await opened()
    source.takeReadable()
    const [low] = api.split(shardId(0))
    source.finished(shardId(0))
    const hidden = api.shards.get(low)!
    api.shards.delete(low)
    void clock.sleep(50_000).then(() => api.shards.set(low, hidden))
    await clock.until(source.discover())
    expect(source.takeReadable()).toHaveLength(2)
  })

  test('a shard that was only named at the end of its parent is not gone while the listing lags, after a restart too', async () => {
    const { clock, api, opened } = world()
    const fresh = api.listShards.bind(api)
    const stale = await fresh({ filter: 'retained' })
    const source = await opened()
    const [split] = source.takeReadable()
    const children = api.split(shardId(0))
    await clock.until(source.read(split!, undefined).fetch())
    source.finished(shardId(0))
    api.listShards = async () => stale
    const startedAt = clock.now()
    const again = await opened('trim-horizon', source.snapshot())
    const third = await opened('trim-horizon', again.snapshot())
    expect(clock.now()).toBe(startedAt)
    expect(third.takeReadable().map(({ id }) => id)).toEqual(children)
    expect(third.snapshot()).toMatchObject({ unlisted: children })
    api.listShards = fresh
    await clock.until(third.discover())
    expect(third.snapshot()).not.toHaveProperty('unlisted')
  })

  test('a child that was not begun is not told as lost because the job is older than the retention', async () => {
    const { clock, api, opened } = world()
    const stale = await api.listShards({ filter: 'retained' })
    const source = await opened()
    const [parent] = source.takeReadable()
    const reader = source.read(parent!, undefined)
    for (const hours of [0, 15, 15]) {
      clock.advance(hours * hour)
      await clock.until(reader.fetch())
    }
    const [low] = api.split(shardId(0))
    await clock.until(reader.fetch())
    source.finished(shardId(0))
    api.put(low, 'first')
    api.listShards = async () => stale
    const again = await opened('trim-horizon', source.snapshot())
    const child = again.takeReadable().find(({ id }) => id === low)
    const third = await opened('trim-horizon', again.snapshot())
    const fetched = (from: typeof again) => clock.until(from.read(child!, undefined).fetch())
    expect(await fetched(again)).toMatchObject({ values: ['first'] })
    expect(await fetched(third)).toMatchObject({ values: ['first'] })
    clock.advance(30 * hour)
    await expect(fetched(third)).rejects.toMatchObject({ code: 'DATA_LOST' })
  })

  test('a first listing that left shards out is looked at again', async () => {
    for (const left of [0, 1]) {
      const { clock, api, open } = world(2)
      const all = [...api.shards]
      for (const [id] of all.slice(left)) api.shards.delete(id)
      const source = await open()
      void clock.sleep(50_000).then(() => {
        for (const [id, shard] of all) api.shards.set(id, shard)
      })
      await clock.until(source.discover())
      expect(source.takeReadable().map(({ id }) => id)).toEqual([shardId(0), shardId(1)])
    }
  })

  test('a listing whose token expires on the way begins again', async () => {
    const { clock, api, open } = world(3)
    api.shardsPerListing = 2
    const pageOf = api.listShards.bind(api)
    let continued = 0
    api.listShards = async (page) => {
      if ('next' in page && continued++ === 0) throw serviceFault('ExpiredNextTokenException')
      return pageOf(page)
    }
    const source = await open()
    await clock.until(source.discover())
    expect(source.takeReadable()).toHaveLength(3)
  })

  test('a shard that expired before it was read stops the job', async () => {
    const { clock, api, opened } = world(2)
    const source = await opened()
    api.shards.delete(shardId(1))
    await expect(clock.until(source.discover())).rejects.toMatchObject({
      code: 'DATA_LOST',
      where: { shard: shardId(1) },
    })
  })

  test('a shard whose children nobody knows is a hole, found at its end', async () => {
    const { clock, api, opened } = world()
    api.namesChildren = false
    const source = await opened()
    const [split] = source.takeReadable()
    const [, high] = api.split(shardId(0))
    api.shards.delete(high)
    const reader = source.read(split!, undefined)
    const since = clock.now()
    for (let look = 1; look < 8; look++) {
      expect(await clock.until(reader.fetch())).toMatchObject({ finished: false })
    }
    const last = reader.fetch()
    await expect(clock.until(last)).rejects.toMatchObject({
      code: 'SHARD_HOLE',
      message: expect.stringContaining(`${2n ** 127n} to ${2n ** 128n - 1n}`),
    })
    expect(clock.now() - since).toBeGreaterThanOrEqual(60_000)
  })

  test('a stream that was deleted and created again is not the stream of the checkpoint', async () => {
    const { clock, api, opened } = world()
    const restored = (await opened()).snapshot()
    clock.advance(1000)
    api.facts = { ...api.facts, createdAt: clock.now() }
    await expect(opened('trim-horizon', restored)).rejects.toMatchObject({
      code: 'DATA_LOST',
      message: expect.stringContaining('created again'),
    })
  })

  test('another stream does not fit the checkpoint', async () => {
    const { api, opened } = world()
    const restored = (await opened()).snapshot()
    api.facts = { ...api.facts, arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/payments' }
    await expect(opened('trim-horizon', restored)).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
      message: expect.stringContaining('stream/payments'),
    })
  })
})

describe('opening', () => {
  test('a stream that does not exist', async () => {
    const { api, open } = world()
    api.fail('describeStream', serviceFault('ResourceNotFoundException', 400, 'Stream orders not found'))
    await expect(open()).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      message: expect.stringContaining('region us-east-1'),
    })
    expect(api.closed).toBe(true)
  })

  test('no server: said within seconds, not minutes', async () => {
    const { clock, api, open } = world()
    api.fail('describeStream', networkFault('ECONNREFUSED'), 1000)
    const startedAt = clock.now()
    await expect(open()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(clock.now() - startedAt).toBeLessThan(20_000)
  })

  test('no credentials, no region', async () => {
    const { api, open } = world()
    api.fail('describeStream', serviceFault('CredentialsProviderError', 0, 'Could not load credentials'))
    await expect(open()).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING' })
    api.fail('describeStream', new Error('Region is missing'))
    await expect(open()).rejects.toMatchObject({ code: 'REGION_MISSING' })
  })

  test('waits for a stream that is being created', async () => {
    const { clock, api, opened } = world()
    api.facts = { ...api.facts, status: 'CREATING' }
    void clock.sleep(3000).then(() => {
      api.facts = { ...api.facts, status: 'ACTIVE' }
    })
    expect((await opened()).takeReadable()).toHaveLength(1)
  })

  test('a checkpoint of another kind of source is refused', async () => {
    const { open } = world()
    await expect(open('trim-horizon', { offset: 7 })).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
    })
  })
})
