import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStore } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from '../../runtime/failed.ts'
import { killing } from '../../runtime/killing-store.ts'
import { ArchivedStream, hour, sorted, type Visit } from './archived-stream.ts'

let archived: ArchivedStream
beforeEach(async () => {
  archived = await ArchivedStream.start(2)
})
afterEach(() => archived.close())

/** A life of splits and merges, most of which the stream does not have any more. */
async function longLife(): Promise<void> {
  const { stream } = archived
  await archived.visit(40)
  await archived.archive()
  stream.now += hour
  await stream.split(0)
  await archived.visit(40)
  await archived.archive()
  stream.now += hour
  const [lower, upper] = await stream.open()
  await stream.merge(lower!, upper!)
  await archived.visit(40)
  await archived.archive()
  stream.now += 20 * hour
  await stream.split((await stream.open())[0]!)
  await archived.visit(40)
  await archived.archive()
  stream.now += 10 * hour
  await archived.visit(20)
  await archived.archive()
  stream.now += hour
  await archived.visit(20)
  await stream.split((await stream.open())[1]!)
  await archived.visit(20)
}

function expectEverything(ids: readonly Visit[]): void {
  const numbers = (visits: readonly Visit[]) => visits.map(({ id }) => id)
  expect(numbers(ids).toSorted((a, b) => a - b)).toEqual(numbers(archived.put))
  for (const key of new Set(ids.map((visit) => visit.key)))
    expect(numbers(ids.filter((visit) => visit.key === key))).toEqual(
      numbers(archived.put.filter((visit) => visit.key === key)),
    )
}

describe('a source with an archive', () => {
  it('gives what a stream would that had kept everything', async () => {
    await longLife()
    const shards = await archived.stream.shards()
    expect(shards.map(({ ShardId }) => ShardId)).not.toContain('shardId-000000000000')
    const { start, totals, ids } = archived.counting()
    expect((await start(memoryStore())).outcome).toBe('finished')
    expectEverything(ids.rows)
    expect(sorted(totals.rows)).toEqual(archived.totals)
  })

  it('gives it once, wherever it is killed', async () => {
    await longLife()
    for (let at = 3; ; at += 6) {
      const { start, totals, ids } = archived.counting()
      const store = memoryStore()
      const { watched, wasKilled } = killing(store, at, at % 4 === 1 ? 'before' : 'after')
      await start(watched).then(
        () => undefined,
        () => undefined,
      )
      await start(store)
      expectEverything(ids.rows)
      expect(sorted(totals.rows)).toEqual(archived.totals)
      if (!wasKilled()) return expect(at).toBeGreaterThan(20)
    }
  })

  it('stops at a hole between the archive and the stream', async () => {
    await archived.visit(20)
    await archived.archive()
    archived.stream.now += hour
    await archived.visit(20)
    archived.stream.now += 30 * hour
    await archived.visit(20)
    const failure = await failureOf(archived.counting().start(memoryStore()))
    expect(failure.code).toBe('DATA_LOST')
    const { start, ids } = archived.counting({ onDataLoss: 'continue' })
    const { metrics } = await start(memoryStore())
    expect(ids.rows.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 20 }, (_, id) => id),
      ...Array.from({ length: 20 }, (_, id) => 40 + id),
    ])
    expect(metrics.gaps.count).toBeGreaterThan(0)
  })

  it('stops at an expired shard of which the archive may lack the end', async () => {
    await archived.visit(20)
    await archived.archive()
    archived.stream.now += hour
    await archived.visit(20)
    await archived.stream.split(0)
    archived.stream.now += 30 * hour
    await archived.visit(20)
    expect((await failureOf(archived.counting().start(memoryStore()))).code).toBe('DATA_LOST')
  })

  it('goes on without a word after a shard that came and went without a record', async () => {
    const { stream } = archived
    await archived.visit(20)
    await stream.split(0)
    await archived.visit(20, '012389abcdef')
    await archived.archive()
    await stream.split(3)
    stream.now += hour
    await archived.visit(20)
    await archived.archive()
    stream.now += 23.5 * hour
    await archived.visit(20)
    await archived.archive()
    stream.now += hour
    await archived.visit(20)
    const { start, totals, ids } = archived.counting()
    await start(memoryStore())
    expectEverything(ids.rows)
    expect(sorted(totals.rows)).toEqual(archived.totals)
  })

  it('stops at a file that is missing', async () => {
    for (let file = 0; file < 3; file += 1) {
      await archived.visit(10)
      await archived.archive()
      archived.stream.now += hour
    }
    const [, second] = readdirSync(archived.folder)
      .filter((name) => name.endsWith('.parquet'))
      .sort()
    rmSync(join(archived.folder, second!))
    const failure = await failureOf(archived.counting().start(memoryStore()))
    expect([failure.code, failure.happened]).toEqual([
      'DATA_LOST',
      expect.stringContaining('lacks the file between'),
    ])
  })

  it.each([
    [{ startAt: 'latest' as const }, "startAt: 'trim-horizon'"],
    [{ read: 'fan-out' as const }, "read: 'polling'"],
    [{ dropRepeats: true }, 'no dropRepeats'],
  ])('refuses %j', async (options, words) => {
    const failure = await failureOf(archived.counting(options).start(memoryStore()))
    expect([failure.code, failure.happened]).toEqual(['OPTION_INVALID', expect.stringContaining(words)])
  })
})
