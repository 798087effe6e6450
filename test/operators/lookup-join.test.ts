import fc from 'fast-check'
import { job, run, type Stream } from 'millrace'
import { broadcast, connectBroadcast, eventTime, lookupJoin, map, sinkTo } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf, straight } from './anyhow.ts'
import { distinctRows, pair, type Row, rows, timeOf } from './pairs.ts'
import { tableAt, version } from './table-at.ts'

const table = broadcast((row: Row) => row.key, version)

describe('lookupJoin', () => {
  const kinds = fc.constantFrom('inner' as const, 'left' as const)

  it('finds what stood in the table at the time of a record, however both come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(rows, distinctRows, kinds, manners, async (records, updates, kind, manner) => {
        const got = await rowsOf(
          { inputs: [records, updates], timeOf, disorderMs: 5 },
          manner,
          (left: Stream<Row>, right: Stream<Row>) =>
            left.pipe(lookupJoin('found', right.pipe(table), { by: (row) => row.key, kind }, pair)),
        )
        const found = records.map((row) => [row, tableAt(updates, row.time).get(row.key)] as const)
        const expected = found.filter(([, other]) => kind === 'left' || other !== undefined)
        expect(got.toSorted()).toEqual(expected.map(([row, other]) => pair(row, other)).toSorted())
      }),
      { numRuns: 80 },
    ))

  it('that waits for nothing finds what came before, and keeps it over failures', () =>
    fc.assert(
      fc.asyncProperty(distinctRows, manners, async (all, { failures }) => {
        const ordered = all.toSorted((a, b) => a.time - b.time).map((row, id) => ({ ...row, id, time: id }))
        const got = await rowsOf(
          { inputs: [ordered], timeOf, disorderMs: 5 },
          { spread: [0], delays: [0], perFetch: 1, failures },
          (both: Stream<Row>) =>
            both.pipe(
              lookupJoin(
                'found',
                both.pipe(table),
                { by: (row) => row.key, kind: 'left', waitFor: 'nothing' },
                (row, found) => [row.id, found?.id ?? -1] as const,
              ),
            ),
        )
        const before = (id: number) => tableAt(ordered, id - 1).get(ordered[id]!.key)?.id ?? -1
        expect(got).toEqual(ordered.map(({ id }) => [id, before(id)]))
      }),
      { numRuns: 30 },
    ))
})

describe('connectBroadcast', () => {
  it('lets each record see the table of its time, however both come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(rows, distinctRows, manners, async (records, updates, manner) => {
        const seen = (row: Row, entries: ReadonlyMap<Row['key'], Row>) =>
          [...entries.values()].map((other) => pair(row, other))
        const got = await rowsOf(
          { inputs: [records, updates], timeOf, disorderMs: 5 },
          manner,
          (left: Stream<Row>, right: Stream<Row>) =>
            left.pipe(connectBroadcast('seen', right.pipe(table), {}, seen)),
        )
        const expected = records.flatMap((row) => seen(row, tableAt(updates, row.time)))
        expect(got.toSorted()).toEqual(expected.toSorted())
      }),
      { numRuns: 60 },
    ))

  it('of a job that goes on leaves out the record that its function failed on, with all its results', async () => {
    const sink = collectSink<string>()
    const values = [1, 2, 3].map((time) => ({ value: { id: time, key: 'a', time, wait: 0 }, arrivalTime: 0 }))
    const described = job(
      'goes-on',
      ({ from }) => {
        const rows = from('rows', listSource<Row>({ s: values })).pipe(eventTime(timeOf))
        return rows.pipe(
          connectBroadcast('seen', rows.pipe(table), {}, function* (row) {
            yield `${row.id}`
            if (row.id === 2) throw new Error('no')
          }),
          sinkTo('out', sink),
        )
      },
      { onError: 'skip' },
    )
    await run(described, { checkpoints: memoryStore() })
    expect(sink.rows).toEqual(['1', '3'])
  })

  it('refuses a checkpoint in which records wait, if they no longer are to', async () => {
    const checkpoints = memoryStore()
    const values = [1, 2].map((time) => ({ value: { id: time, key: 'a', time, wait: 0 }, arrivalTime: 0 }))
    const described = (waitFor: 'watermark' | 'nothing', onFetch: () => void) =>
      job('changed', ({ from }) => {
        const rows = from('rows', listSource<Row>({ s: values }, { onFetch })).pipe(eventTime(timeOf))
        return rows.pipe(
          connectBroadcast('seen', rows.pipe(table), { waitFor }, (row) => [row]),
          sinkTo('out', collectSink()),
        )
      })
    let fetches = 0
    const stopping = described('watermark', () => {
      fetches += 1
      if (fetches === 2) running.stop()
    })
    const running = run(stopping, { checkpoints })
    await running
    await expect(
      run(
        described('nothing', () => {}),
        { checkpoints },
      ),
    ).rejects.toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
      happened: expect.stringContaining('updates in the order of event time'),
    })
  })

  it('stops at a late update', async () => {
    const late = [10, 0].map((time, id) => ({ value: { id, key: 'a', time, wait: 0 }, arrivalTime: 0 }))
    const described = job('late', ({ from }) => {
      const rows = from('rows', listSource<Row>({ s: late })).pipe(eventTime(timeOf))
      return from('none', listSource<Row>({ s: [] })).pipe(
        connectBroadcast('seen', rows.pipe(table), {}, (row) => [row]),
        sinkTo('out', collectSink()),
      )
    })
    await expect(run(described, { checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'RECORD_LATE',
    })
  })

  it('takes a table of any stream, also one derived of the records themselves', async () => {
    const row = (id: number): Row => ({ id, key: 'a', time: id, wait: 0 })
    const got = await rowsOf(
      { inputs: [[row(0), row(1)]], timeOf, disorderMs: 0 },
      straight,
      (all: Stream<Row>) => {
        const latest = all.pipe(
          map(({ id }) => id),
          broadcast(() => 'latest'),
        )
        return all.pipe(connectBroadcast('seen', latest, {}, ({ id }, table) => [[id, table.get('latest')]]))
      },
    )
    expect(got).toEqual([
      [0, 0],
      [1, 1],
    ])
  })
})
