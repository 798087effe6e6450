import { job, run } from 'millrace'
import {
  type Aggregate,
  aggregate,
  assignedWindows,
  count,
  eventTime,
  every,
  keyBy,
  only,
  purging,
  session,
  sinkTo,
  sliding,
  type Trigger,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { KeyedOperator } from '../../../operators/keyed/keyed-operator.ts'
import { aggregatedContent } from '../../../operators/windows/aggregated-content.ts'
import { windowLogic } from '../../../operators/windows/window-logic.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { millraceError } from '../../../src/errors.ts'
import type { WindowAssigner } from '../../../src/stream.ts'
import { impatientClock } from '../../runtime/impatient-clock.ts'
import { settledSnapshot } from '../../state/settled-snapshot.ts'

/** A count of each window, as an operator that is told of time by hand. */
function counting(assigner: WindowAssigner<unknown>, restored?: Snapshot, trigger?: Trigger) {
  const rows: unknown[] = []
  const wakes: number[] = []
  const content = aggregatedContent({ n: count() as Aggregate<unknown, unknown> })
  const operator = new KeyedOperator(
    windowLogic({ assigner, trigger, allowedLatenessMs: 0 }, content),
    [() => 'a'],
    {
      id: 'n',
      emit: (row) => rows.push(row),
      emitWatermark: () => {},
      sideOutput: () => undefined,
      count: () => {},
      level: () => {},
      wakeAt: (time) => wakes.push(time),
      resume: (act) => act(),
      goesOn: false,
      caught: false,
      attempt: () => undefined,
      whereIs: () => ({}),
      running: { operator: 0 },
      number: 1,
      failed: millraceError,
      refuse: (error) => {
        throw error
      },
      clock: impatientClock(),
      random: () => 0,
      log: { info: () => {}, warn: () => {} },
      signal: new AbortController().signal,
    },
    restored,
  )
  const at = (now: number, records: number) => {
    operator.onTick!(now)
    operator.onBatch(undefined, 0)
    for (let index = 0; index < records; index += 1) operator.process({}, 0)
  }
  return { rows, wakes, at, operator }
}

describe('windows of processing time', () => {
  it('close when the clock has left them, and ask to be woken then', () => {
    const { rows, wakes, at } = counting(tumbling('10s', { time: 'processing' }))
    at(12_000, 2)
    at(19_999, 1)
    expect([rows, wakes[0]]).toEqual([[], 20_000])
    at(20_000, 1)
    expect(rows).toEqual([{ key: 'a', window: { start: 10_000, end: 20_000 }, n: 3 }])
    at(Number.POSITIVE_INFINITY, 0)
    expect(rows.slice(1)).toEqual([{ key: 'a', window: { start: 20_000, end: 30_000 }, n: 1 }])
  })

  it('slide', () => {
    const { rows, at } = counting(sliding('4s', '2s', { time: 'processing' }))
    at(3_000, 1)
    at(4_500, 2)
    at(Number.POSITIVE_INFINITY, 0)
    expect(rows).toMatchObject([
      { window: { start: 0, end: 4_000 }, n: 1 },
      { window: { start: 2_000, end: 6_000 }, n: 3 },
      { window: { start: 4_000, end: 8_000 }, n: 2 },
    ])
  })

  it('are sessions by the clock, over a restart too', async () => {
    const first = counting(session('5s', { time: 'processing' }))
    first.at(1_000, 1)
    first.at(4_000, 1)
    first.at(7_000, 1)
    const restored = await settledSnapshot(first.operator.snapshot())
    const { rows, wakes, at, operator } = counting(session('5s', { time: 'processing' }), restored)
    await operator.open()
    expect(wakes.length).toBeGreaterThan(0)
    at(12_000, 1)
    expect(rows).toEqual([])
    at(17_001, 0)
    expect(rows).toEqual([{ key: 'a', window: { start: 1_000, end: 17_000 }, n: 4 }])
  })

  it('may be assigned by a function', async () => {
    const halves = assignedWindows(
      'halves',
      (_record, time) => [{ start: time - (time % 5_000), end: 10_000 }],
      {
        time: 'processing',
      },
    )
    const first = counting(halves)
    first.at(1_000, 2)
    first.at(6_000, 1)
    const second = counting(halves, await settledSnapshot(first.operator.snapshot()))
    await second.operator.open()
    const { rows, at } = second
    at(9_999, 1)
    expect(rows).toEqual([])
    at(10_000, 0)
    expect(rows).toEqual([
      { key: 'a', window: { start: 0, end: 10_000 }, n: 2 },
      { key: 'a', window: { start: 5_000, end: 10_000 }, n: 2 },
    ])
  })

  it('give only the results of their trigger', () => {
    const { rows, at } = counting(
      tumbling('10s', { time: 'processing' }),
      undefined,
      purging(only(every('4s'))),
    )
    at(1_000, 1)
    at(4_000, 1)
    at(8_500, 1)
    at(20_000, 0)
    expect(rows).toMatchObject([
      { n: 1, window: { start: 0, pane: { timing: 'early', index: 0 } } },
      { n: 1, window: { start: 0, pane: { timing: 'early', index: 1 } } },
    ])
  })

  it('count every bid per bidder once in a job', async () => {
    const sink = collectSink<{ key: number; n: number; window: { start: number; end: number } }>()
    const bids = Array.from({ length: 200 }, (_, index) => ({
      value: { bidder: index % 3 },
      arrivalTime: index,
    }))
    await run(
      job(
        'q12',
        ({ from }) =>
          from('bids', listSource({ a: bids }, { perFetch: 7 })).pipe(
            eventTime(() => 0),
            keyBy((bid) => bid.bidder),
            window(tumbling('10s', { time: 'processing' })),
            aggregate('per-bidder', { n: count() }),
            sinkTo('out', sink),
          ),
        { checkpoint: { every: '1ms' } },
      ),
      { checkpoints: memoryStore(), clock: impatientClock() },
    )
    expect(sink.rows.reduce((all, { n }) => all + n, 0)).toBe(200)
    expect(sink.rows.every(({ window }) => window.end - window.start === 10_000)).toBe(true)
  })
})
