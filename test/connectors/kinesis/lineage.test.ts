import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstLineage } from '../../../connectors/kinesis/first-shards.ts'
import { allHashKeys, firstHole, overlap } from '../../../connectors/kinesis/hash-range.ts'
import { Lineage } from '../../../connectors/kinesis/lineage.ts'
import { ManualClock } from './manual-clock.ts'
import { ScriptedKinesis } from './scripted-kinesis.ts'

async function listing(api: ScriptedKinesis) {
  return (await api.listShards({ filter: 'retained' })).shards
}

const ids = (shards: readonly { readonly id: string }[]) => shards.map(({ id }) => Number(id.slice(-12)))

describe('hash ranges', () => {
  test('the first hole is named exactly', () => {
    expect(firstHole([])).toEqual(allHashKeys)
    expect(firstHole([allHashKeys])).toBeUndefined()
    expect(firstHole([{ start: '5', end: allHashKeys.end }])).toEqual({ start: '0', end: '4' })
    expect(
      firstHole([
        { start: '0', end: '9' },
        { start: '11', end: allHashKeys.end },
      ]),
    ).toEqual({ start: '10', end: '10' })
    expect(firstHole([{ start: '0', end: '9' }])).toEqual({ start: '10', end: allHashKeys.end })
  })

  test('a hole within a range is named, what lies beside it is none', () => {
    const within = { start: '10', end: '19' }
    expect(firstHole([], within)).toEqual(within)
    expect(firstHole([{ start: '0', end: '30' }], within)).toBeUndefined()
    expect(firstHole([{ start: '5', end: '14' }], within)).toEqual({ start: '15', end: '19' })
    expect(firstHole([{ start: '12', end: '30' }], within)).toEqual({ start: '10', end: '11' })
    expect(
      firstHole(
        [
          { start: '10', end: '15' },
          { start: '25', end: '30' },
        ],
        within,
      ),
    ).toEqual({ start: '16', end: '19' })
  })

  test('ranges that are cut from the whole have no hole, and have one without any of them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }), { maxLength: 20 }),
        fc.nat(),
        (cuts, n) => {
          const starts = [0n, ...cuts.sort((a, b) => (a < b ? -1 : 1))]
          const ranges = starts.map((start, i) => ({
            start: String(start),
            end: String((starts[i + 1] ?? 2n ** 128n) - 1n),
          }))
          expect(firstHole(ranges)).toBeUndefined()
          const missing = ranges[n % ranges.length]!
          expect(firstHole(ranges.filter((range) => range !== missing))).toEqual(missing)
        },
      ),
    )
  })
})

describe('lineage', () => {
  test('children wait until all their parents are finished', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 2)
    const [root, other] = [...api.shards.keys()] as [string, string]
    const [low, high] = api.split(root)
    const merged = api.merge(high, other)
    const lineage = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    expect(lineage.readable.map(({ id }) => id)).toEqual([root, other])
    lineage.finish(root)
    expect(lineage.readable.map(({ id }) => id)).toEqual([other, low, high])
    lineage.finish(high)
    expect(lineage.readable.map(({ id }) => id)).toEqual([other, low])
    lineage.finish(other)
    expect(lineage.readable.map(({ id }) => id)).toEqual([low, merged])
  })

  test('a parent that has expired counts as read', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 1)
    const [low, high] = api.split('shardId-000000000000')
    api.shards.delete('shardId-000000000000')
    const lineage = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    expect(lineage.readable).toMatchObject([
      { kind: 'root', id: low, parents: [] },
      { kind: 'root', id: high, parents: [] },
    ])
    expect(lineage.hole).toBeUndefined()
  })

  test('a merge of shards of different generations waits for both, in whatever order they were learned', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 2)
    const lineage = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    const [, high] = api.split('shardId-000000000000')
    const [, higher] = api.split(high)
    const merged = api.merge(higher, 'shardId-000000000001')
    lineage.learnAll((await listing(api)).reverse())
    expect(lineage.get(merged)?.parents).toEqual([higher, 'shardId-000000000001'])
  })

  test('a merged shard named at the end of one parent waits for the other, which nobody listed yet', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 2)
    const lineage = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    const [low, high] = api.split('shardId-000000000000')
    const merged = api.merge(high, 'shardId-000000000001')
    lineage.learnChildren((await listing(api)).filter(({ id }) => id === merged))
    lineage.finish('shardId-000000000001')
    expect(ids(lineage.readable)).toEqual([0])
    lineage.learnAll(await listing(api))
    lineage.finish('shardId-000000000000')
    expect(lineage.readable.map(({ id }) => id)).toEqual([low, high])
  })

  test('an ancestor of a shard that was begun with never comes back', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 1)
    api.split('shardId-000000000000')
    const [, ...open] = await listing(api)
    const lineage = Lineage.startingWith(open, open)
    lineage.learnAll(await listing(api))
    expect(ids(lineage.unfinished)).toEqual([1, 2])
  })

  test('a finished shard that is listed still is not read again', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 1)
    api.split('shardId-000000000000')
    const before = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    before.finish('shardId-000000000000')
    const lineage = Lineage.fromJson(JSON.parse(JSON.stringify(before.toJson())))
    lineage.learnAll(await listing(api))
    expect(ids(lineage.readable)).toEqual([1, 2])
  })

  test('what is finished and expired is forgotten, and its children stay what they are', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 1)
    api.split('shardId-000000000000')
    const lineage = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    lineage.finish('shardId-000000000000')
    api.shards.delete('shardId-000000000000')
    lineage.forget(new Set(['shardId-000000000000']), new Set(['shardId-000000000001']))
    expect(lineage.toJson().finished).toEqual([])
    expect(lineage.readable.map(({ kind }) => kind)).toEqual(['child', 'child'])
    expect(Lineage.fromJson(lineage.toJson()).readable.map(({ kind }) => kind)).toEqual(['child', 'child'])
  })

  test('what a listing leaves out below a shard that it has is not forgotten, and so is never read again', async () => {
    const api = new ScriptedKinesis(new ManualClock(), 1)
    const root = 'shardId-000000000000'
    const [low] = api.split(root)
    const grandchildren = api.split(low)
    const lineage = firstLineage({ kind: 'trim-horizon' }, { retained: await listing(api), openAtStart: [] })
    for (const id of [root, low, ...grandchildren]) lineage.finish(id)
    lineage.forget(new Set([low, ...grandchildren]), new Set([root]))
    lineage.learnAll(await listing(api))
    expect(ids(lineage.readable)).toEqual([2])
  })

  test('shard lineage is never lost: whatever is split, merged and finished, what is left to read covers all keys once', async () => {
    const step = fc.record({
      what: fc.constantFrom('split', 'merge', 'finish', 'list', 'restart'),
      pick: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 40 }),
        async (shards, steps) => {
          const api = new ScriptedKinesis(new ManualClock(), shards)
          let lineage = firstLineage(
            { kind: 'trim-horizon' },
            { retained: await listing(api), openAtStart: [] },
          )
          for (const { what, pick } of steps) {
            lineage = await move(api, lineage, what, pick)
            expect(lineage.hole).toBeUndefined()
            expect(lineage.overlapping).toBeUndefined()
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

async function move(api: ScriptedKinesis, lineage: Lineage, what: string, pick: number): Promise<Lineage> {
  const open = [...api.shards.values()].filter(({ closedAt }) => closedAt === undefined)
  open.sort((a, b) => (BigInt(a.range.start) < BigInt(b.range.start) ? -1 : 1))
  if (what === 'split') api.split(open[pick % open.length]!.id)
  if (what === 'merge' && open.length > 1) {
    const i = pick % (open.length - 1)
    api.merge(open[i]!.id, open[i + 1]!.id)
  }
  if (what === 'list') lineage.learnAll(await listing(api))
  if (what === 'restart') return Lineage.fromJson(lineage.toJson())
  if (what === 'finish') finishOne(api, lineage, pick)
  return lineage
}

/** As a reader does it: the end of a shard names the children. */
function finishOne(api: ScriptedKinesis, lineage: Lineage, pick: number): void {
  const ended = lineage.readable.filter(({ id }) => api.shards.get(id)!.closedAt !== undefined)
  const shard = ended[pick % ended.length]
  if (shard === undefined) return
  lineage.learnChildren([...api.shards.values()].filter(({ parents }) => parents.includes(shard.id)))
  lineage.finish(shard.id)
}

test('two ranges overlap when a key is in both', () => {
  expect(overlap({ start: '0', end: '4' }, { start: '5', end: '9' })).toBe(false)
  expect(overlap({ start: '0', end: '5' }, { start: '5', end: '9' })).toBe(true)
})
