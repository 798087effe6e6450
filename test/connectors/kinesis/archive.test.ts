import { DuckDBInstance } from '@duckdb/node-api'
import { memoryStore } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failureOf } from '../../runtime/failed.ts'
import { killing } from '../../runtime/killing-store.ts'
import { bucketHome, folderHome } from './archive-home.ts'
import { ArchivedStream, hour, sorted, type Visit } from './archived-stream.ts'

let archived: ArchivedStream
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

describe.each([
  ['in a folder, read by polling', folderHome, 'polling'],
  ['in a folder, read by fan-out', folderHome, 'fan-out'],
  ['in a bucket, read by polling', bucketHome, 'polling'],
  ['in a bucket, read by fan-out', bucketHome, 'fan-out'],
] as const)('an archive %s', (_where, home, read) => {
  beforeEach(async () => {
    archived = await ArchivedStream.start(2, await home())
    if (read === 'fan-out') await archived.register()
  })

  it('gives what the stream gave when it had kept everything', async () => {
    const { stream } = archived
    await stream.call('IncreaseStreamRetentionPeriod', { RetentionPeriodHours: 8760 })
    await longLife()
    const kept = archived.countingWithoutArchive()
    await kept.start(memoryStore())
    await stream.call('DecreaseStreamRetentionPeriod', { RetentionPeriodHours: 24 })
    const shards = await stream.shards()
    expect(shards.map(({ ShardId }) => ShardId)).not.toContain('shardId-000000000000')
    const { start, totals, ids } = archived.counting({ read })
    const { outcome, metrics } = await start(memoryStore())
    expect(outcome).toBe('finished')
    expectEverything(ids.rows)
    expect(sorted(totals.rows)).toEqual(sorted(kept.totals.rows))
    expect(sorted(totals.rows)).toEqual(archived.totals)
    expect((metrics.counters['visits.subscribed'] ?? 0) > 0).toBe(read === 'fan-out')
  })

  it('gives it once, wherever it is killed', async () => {
    await longLife()
    for (let at = 3; ; at += 6) {
      const { start, totals, ids } = archived.counting({ read })
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

  it('goes over within an aggregated record', async () => {
    await archived.visit(40)
    await archived.archive('1B')
    await archived.visit(20)
    const { home } = archived
    expect(home.files().length).toBeGreaterThan(30)
    for (let cut = 0; cut < 5; cut += 1) {
      const { start, totals, ids } = archived.counting({ read })
      await start(memoryStore())
      expectEverything(ids.rows)
      expect(sorted(totals.rows)).toEqual(archived.totals)
      home.remove(home.files().at(-1)!)
    }
  })

  it('that lacks what the stream has lost stops the job, with what is missing', async () => {
    await archived.visit(20)
    await archived.archive()
    archived.stream.now += hour
    await archived.visit(20)
    archived.stream.now += 30 * hour
    await archived.visit(20)
    const failure = await failureOf(archived.counting({ read }).start(memoryStore()))
    expect([failure.code, failure.happened]).toEqual([
      'DATA_LOST',
      expect.stringMatching(
        /shardId-\d+ \(hash keys \d+ to \d+\) those that arrived between 2026-01-01T00:0\S+ and 2026-01-02T07:0/,
      ),
    ])
  })
})

describe('a source with an archive', () => {
  beforeEach(async () => {
    archived = await ArchivedStream.start(2)
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
    archived.home.remove(archived.home.files()[1]!)
    const failure = await failureOf(archived.counting().start(memoryStore()))
    expect([failure.code, failure.happened]).toEqual([
      'DATA_LOST',
      expect.stringContaining('lacks the file between'),
    ])
  })

  it.each([
    [{ startAt: 'latest' as const }, "startAt: 'trim-horizon'"],
    [{ dropRepeats: true }, 'no dropRepeats'],
  ])('refuses %j', async (options, words) => {
    const failure = await failureOf(archived.counting(options).start(memoryStore()))
    expect([failure.code, failure.happened]).toEqual(['OPTION_INVALID', expect.stringContaining(words)])
  })

  it('has files that DuckDB reads', async () => {
    await archived.visit(40)
    await archived.archive()
    const duck = await (await DuckDBInstance.create()).connect()
    const files = `${archived.home.inFolder()}/*.parquet`
    const rows = await duck.runAndReadAll(
      `SELECT CAST(sum(CAST(json_extract(data, '$.id') AS INT)) AS INT), CAST(count(DISTINCT (sequenceNumber, subSequence)) AS INT) FROM '${files}'`,
    )
    duck.closeSync()
    expect(rows.getRows()).toEqual([[(40 * 39) / 2, 40]])
  })
})
