import { type AlignedWindows, job, run, type Stream } from 'millrace'
import {
  aggregate,
  apply,
  assignedWindows,
  count,
  eventTime,
  keyBy,
  map,
  session,
  sinkTo,
  sliding,
  sum,
  tumbling,
  window,
  windowAll,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { rowsOf, straight } from './anyhow.ts'
import { byKey, type Reading, trialOf } from './windows/readings.ts'

const at = (time: number, amount = 1): Reading => ({ key: 'a', time, amount })
const source = (readings: readonly Reading[]) =>
  listSource({ s: readings.map((value) => ({ value, arrivalTime: 0 })) }, { perFetch: 1 })
const timed = (stream: Stream<Reading>) => stream.pipe(eventTime(({ time }) => time))

describe('a late record', () => {
  const kinds = {
    sliding: sliding('10ms', '5ms'),
    session: session('5ms'),
    corrected: tumbling('10ms'),
    assigned: assignedWindows('fives', (_reading: Reading, time) => [{ start: time, end: time + 5 }]),
  }

  for (const [kind, assigner] of Object.entries(kinds)) {
    const allowedLateness = kind === 'corrected' ? '3ms' : '0s'

    it(`goes to the output that the job names: ${kind}`, async () => {
      const [rows, late] = [collectSink<number>(), collectSink<number>()]
      const described = job('late', ({ from }) =>
        byKey(timed(from('readings', source([at(1), at(30), at(2)])))).pipe(
          window(assigner, {
            allowedLateness,
            late: (records) => records.pipe(map(({ time }) => time)).pipe(sinkTo('late', late)),
          }),
          aggregate('n', { n: count() }),
          map(({ n }) => n),
          sinkTo('rows', rows),
        ),
      )
      await run(described, { checkpoints: memoryStore() })
      expect(late.rows).toEqual([2])
      expect(new Set(rows.rows)).toEqual(new Set([1]))
    })

    it(`stops a job that names none: ${kind}`, async () => {
      const described = job('late', ({ from }) =>
        byKey(timed(from('readings', source([at(1), at(30), at(2)])))).pipe(
          window(assigner, { allowedLateness }),
          aggregate('n', { n: count() }),
          sinkTo('rows', collectSink()),
        ),
      )
      await expect(run(described, { checkpoints: memoryStore() })).rejects.toMatchObject({
        code: 'RECORD_LATE',
      })
    })
  }
})

describe('a record that a function fails on', () => {
  const kinds = {
    tumbling: tumbling('10ms'),
    sliding: sliding('10ms', '5ms'),
    session: session('10ms'),
    assigned: assignedWindows('whole', () => [{ start: 0, end: 10 }]),
    merging: assignedWindows('near', (_reading: Reading, time) => [{ start: time, end: time + 5 }], {
      merging: true,
    }),
  }
  for (const [kind, assigner] of Object.entries(kinds)) {
    it(`leaves nothing in the windows of a job that goes on: ${kind}`, async () => {
      const rows = collectSink<object>()
      const poisoned = sum((reading: Reading) => (reading.amount < 0 ? Number.NaN : reading.amount))
      const described = job(
        'skips',
        ({ from }) =>
          byKey(timed(from('readings', source([at(1, 1), at(2, -1), at(3, 4), at(4, -1)])))).pipe(
            window(assigner),
            aggregate('totals', { n: count(), amount: poisoned }),
            sinkTo('rows', rows),
          ),
        { onError: 'skip' },
      )
      await run(described, { checkpoints: memoryStore() })
      for (const row of rows.rows) expect(row).toMatchObject({ n: 2, amount: 5 })
      expect(rows.rows.length).toBeGreaterThan(0)
    })
  }
})

describe('windows', () => {
  it('may be your own', async () => {
    const beats: AlignedWindows<string> = {
      kind: 'aligned',
      name: 'beats',
      time: 'event',
      startOf: (timestamp) => (timestamp < 10 ? 0 : 10),
      endOf: (start) => (start === 0 ? 10 : 100),
      window: (start, end) => `${start} to ${end}`,
    }
    const rows = await rowsOf(trialOf([at(3), at(9), at(10), at(60)]), straight, (stream) =>
      byKey(stream).pipe(window(beats), aggregate('n', { n: count() })),
    )
    expect(rows).toEqual([
      { key: 'a', window: '0 to 10', n: 2 },
      { key: 'a', window: '10 to 100', n: 2 },
    ])
  })

  it('of all records have one key', async () => {
    const rows = await rowsOf(
      trialOf([at(3), { ...at(4), key: 'b' }, { ...at(5), key: 'c' }]),
      straight,
      (stream) =>
        stream.pipe(
          windowAll(tumbling('10ms')),
          apply('keys', (key, { end }, records) => [[key, end, records.map((reading) => reading.key)]]),
        ),
    )
    expect(rows).toEqual([['all', 10, ['a', 'b', 'c']]])
  })

  it('of results line up with those that they come from', async () => {
    const rows = await rowsOf(trialOf([at(1), at(6), at(11)]), straight, (stream) =>
      byKey(stream).pipe(
        window(sliding('10ms', '5ms')),
        aggregate('n', { n: count() }),
        keyBy(({ key }) => key),
        window(tumbling('5ms')),
        aggregate('most', { windows: count() }),
      ),
    )
    expect(rows.map(({ window, windows }) => [window.start, windows])).toEqual([
      [0, 1],
      [5, 1],
      [10, 1],
      [15, 1],
    ])
  })
})
