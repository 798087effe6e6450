import fc from 'fast-check'
import { job, run, type TimeWindow } from 'millrace'
import {
  aggregate,
  apply,
  count,
  eventTime,
  max,
  reduce,
  sinkTo,
  sliding,
  sum,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'
import { byKey, readings, total, trialOf, windowsBy } from './windows/readings.ts'

/** Also such that leave gaps. */
const sizes = fc
  .record({
    slide: fc.integer({ min: 1, max: 12 }),
    size: fc.integer({ min: 1, max: 32 }),
    offset: fc.nat({ max: 20 }),
  })
  .map(({ slide, size, offset }) => ({ size, slide, offset: offset % slide }))

/** Every window that holds a time, found by trying all. */
function windowsOf({ size, slide, offset }: { size: number; slide: number; offset: number }) {
  return (time: number) => {
    const windows: { start: number; end: number }[] = []
    for (let start = offset - 10 * slide - 100 * slide; start <= time; start += slide) {
      if (time < start + size) windows.push({ start, end: start + size })
    }
    return windows
  }
}

describe('sliding windows', () => {
  it('give what each of them holds, however records come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(readings, sizes, manners, async (input, sizes, manner) => {
        const { size, slide, offset } = sizes
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(sliding(`${size}ms`, `${slide}ms`, { offset: `${offset}ms` })),
            aggregate('totals', {
              records: count(),
              amount: sum((reading) => reading.amount),
              most: max((reading) => reading.amount),
            }),
          ),
        )
        expect(rows).toEqual(
          windowsBy(input, windowsOf(sizes)).map(({ key, start, end, amounts }) => ({
            key,
            window: { start, end },
            records: amounts.length,
            amount: total(amounts),
            most: Math.max(...amounts),
          })),
        )
      }),
      { numRuns: 60 },
    ))

  it('reduce, and hand over all records in the order of their time', () =>
    fc.assert(
      fc.asyncProperty(readings, sizes, manners, async (input, sizes, manner) => {
        const { size, slide, offset } = sizes
        const assigner = sliding(`${size}ms`, `${slide}ms`, { offset: `${offset}ms` })
        const reduced = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(assigner),
            reduce('sum', (a, b) => ({ ...a, time: 0, amount: a.amount + b.amount })),
          ),
        )
        const expected = windowsBy(input, windowsOf(sizes))
        expect(reduced.map(({ key, window, value }) => [key, window.start, value.amount])).toEqual(
          expected.map(({ key, start, amounts }) => [key, start, total(amounts)]),
        )
        const applied = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(assigner),
            apply(
              'all',
              (key, { start }, records) => [[key, start, records.map((r) => [r.time, r.amount])]],
              {
                orderBy: (a, b) => a.amount - b.amount,
              },
            ),
          ),
        )
        expect(applied).toEqual(
          expected.map(({ key, start, end }) => [
            key,
            start,
            input
              .filter((r) => r.key === key && r.time >= start && r.time < end)
              .map((r) => [r.time, r.amount])
              .toSorted(([a, x], [b, y]) => a! - b! || x! - y!),
          ]),
        )
      }),
      { numRuns: 40 },
    ))

  for (const allowedLateness of ['0s', '1s'] as const) {
    it(`count what lies between them, which is not late: corrected for ${allowedLateness}`, async () => {
      const rows = collectSink<{ window: TimeWindow; n: number }>()
      const at = (time: number) => ({ value: { key: 'a', time, amount: 1 }, arrivalTime: 0 })
      const input = listSource({ s: [-10, -9, -8, 0, 12, 9, 20].map(at) }, { perFetch: 1 })
      const described = job('gaps', ({ from }) =>
        byKey(from('in', input).pipe(eventTime(({ time }) => time))).pipe(
          window(sliding('2ms', '10ms'), { allowedLateness }),
          aggregate('n', { n: count() }),
          sinkTo('out', rows),
        ),
      )
      const { metrics } = await run(described, { checkpoints: memoryStore() })
      expect(metrics.counters).toEqual({ 'n.between-windows': 3 })
      expect(rows.rows.map(({ window, n }) => [window.start, n])).toEqual([
        [-10, 2],
        [0, 1],
        [20, 1],
      ])
    })
  }

  it('are refused where they have no length', () => {
    expect(() => sliding('1s', '0s')).toThrow('at least 1')
    expect(() => sliding('0.5ms', '0.5ms')).toThrow('whole number of milliseconds')
    expect(() => sliding('10s', '5s', { offset: '5s' })).toThrow('less than its step')
    expect(() => sliding('36h', '1d', { zone: 'Europe/Berlin' })).toThrow('whole days')
  })
})
