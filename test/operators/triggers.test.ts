import fc from 'fast-check'
import type { Stream } from 'millrace'
import {
  aggregate,
  count,
  eventTime,
  every,
  globalWindow,
  onCount,
  onTime,
  type Paned,
  purging,
  session,
  sliding,
  sum,
  tumbling,
  window,
} from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { type Manner, manners, rowsOf, straight } from './anyhow.ts'
import { byKey, type Reading, readings, total, trialOf, windowsBy } from './windows/readings.ts'

interface Row {
  readonly key: string
  readonly window: { readonly start: number; readonly end: number } & Partial<Paned>
  readonly amount: number
}

/** The results of each window of each key, in their order. */
function byWindow<R extends Row>(rows: readonly R[]): R[][] {
  const windows = new Map<string, R[]>()
  for (const row of rows) {
    const id = `${row.key} ${row.window.start}`
    windows.set(id, [...(windows.get(id) ?? []), row])
  }
  return [...windows.values()]
}

const amount = { amount: sum((reading: Reading) => reading.amount) }
const floorOf = (time: number, size: number) => Math.floor(time / size) * size
const tens = (time: number) => [{ start: floorOf(time, 10), end: floorOf(time, 10) + 10 }]

/** From here on records come later than the watermark allows. */
const punctual = (stream: Stream<Reading>) =>
  stream.pipe(eventTime(({ time }) => time, { maxDrift: '3650d' }))

const lastOf = (rows: readonly Row[]) =>
  byWindow(rows)
    .map((panes) => panes.at(-1)!)
    .map(({ key, window: { start, end }, amount }) => ({ key, start, end, amount }))

describe('windows that are corrected', () => {
  it('have the right result last, whatever came after they had closed', () =>
    fc.assert(
      fc.asyncProperty(readings, manners, async (input, manner) => {
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(punctual(stream)).pipe(
            window(sliding('10ms', '5ms'), { allowedLateness: '1h' }),
            aggregate('totals', amount),
          ),
        )
        const windows = (time: number) =>
          [0, 5].map((back) => ({ start: floorOf(time, 5) - 5 + back, end: floorOf(time, 5) + 5 + back }))
        const expected = windowsBy(input, windows).map(({ key, start, end, amounts }) => ({
          key,
          start,
          end,
          amount: total(amounts),
        }))
        expect(new Set(lastOf(rows))).toEqual(new Set(expected))
      }),
      { numRuns: 60 },
    ))

  it('tell corrections from the result at the close', async () => {
    const at = (time: number, amount: number) => ({ key: 'a', time, amount })
    const manner: Manner = { ...straight, perFetch: 1, delays: [0, 0, 999, 0] }
    const trial = { ...trialOf([at(1, 1), at(15, 2), at(2, 4), at(50, 8)]), disorderMs: 20 }
    const rows = await rowsOf(trial, manner, (stream) =>
      byKey(punctual(stream)).pipe(
        window(tumbling('10ms'), { allowedLateness: '10ms', trigger: onTime() }),
        aggregate('totals', amount),
      ),
    )
    expect(rows.map(({ window, amount }) => [window.start, window.pane, amount])).toEqual([
      [0, { timing: 'on-time', index: 0 }, 1],
      [0, { timing: 'late', index: 1 }, 5],
      [10, { timing: 'on-time', index: 0 }, 2],
      [50, { timing: 'on-time', index: 0 }, 8],
    ])
  })

  it('hold every session in the end, also those that late records join', () =>
    fc.assert(
      fc.asyncProperty(readings, manners, async (input, manner) => {
        const rowsWith = (late: boolean) =>
          rowsOf(trialOf(input), manner, (stream) =>
            byKey(late ? punctual(stream) : stream).pipe(
              window(session('4ms'), { allowedLateness: late ? '1h' : '0s' }),
              aggregate('totals', { ...amount, n: count() }),
            ),
          )
        const corrected = await rowsWith(true)
        for (const row of await rowsWith(false)) expect(corrected).toContainEqual(row)
      }),
      { numRuns: 40 },
    ))
})

describe('triggers', () => {
  const triggers = {
    everyThird: every('3ms'),
    everyTick: every('2ms', { time: 'processing' }),
    pairs: onCount(2),
  }

  for (const [name, trigger] of Object.entries(triggers)) {
    it(`${name}: give early results, and the right one at the close`, () =>
      fc.assert(
        fc.asyncProperty(readings, manners, async (input, manner) => {
          const rows = await rowsOf(trialOf(input), manner, (stream) =>
            byKey(stream).pipe(window(tumbling('10ms'), { trigger }), aggregate('totals', amount)),
          )
          const expected = windowsBy(input, tens)
          expect(new Set(lastOf(rows))).toEqual(
            new Set(expected.map(({ amounts, ...window }) => ({ ...window, amount: total(amounts) }))),
          )
          for (const panes of byWindow(rows)) {
            expect(panes.map(({ window }) => window.pane.index)).toEqual([...panes.keys()])
            expect(panes.map(({ window }) => window.pane.timing)).toEqual([
              ...Array(panes.length - 1).fill('early'),
              'on-time',
            ])
          }
        }),
        { numRuns: 30 },
      ))

    it(`${name}: give every record once if they purge`, () =>
      fc.assert(
        fc.asyncProperty(readings, manners, async (input, manner) => {
          const rows = await rowsOf(trialOf(input), manner, (stream) =>
            byKey(stream).pipe(
              window(tumbling('10ms'), { trigger: purging(trigger) }),
              aggregate('totals', { ...amount, n: count() }),
            ),
          )
          expect(rows.every(({ n }) => n > 0)).toBe(true)
          const sums = byWindow(rows).map((panes) => total(panes.map(({ amount }) => amount)))
          const expected = windowsBy(input, tens).map(({ amounts }) => total(amounts))
          expect(sums.toSorted()).toEqual(expected.toSorted())
        }),
        { numRuns: 30 },
      ))
  }

  it('give early results of sessions', () =>
    fc.assert(
      fc.asyncProperty(readings, manners, async (input, manner) => {
        const rowsWith = (trigger: ReturnType<typeof onTime>) =>
          rowsOf(trialOf(input), manner, (stream) =>
            byKey(stream).pipe(window(session('4ms'), { trigger }), aggregate('totals', amount)),
          )
        const closing = (rows: readonly Row[]) =>
          rows
            .filter(({ window }) => window.pane?.timing === 'on-time')
            .map(({ key, window: { start, end }, amount }) => ({ key, start, end, amount }))
        const plain = closing(await rowsWith(onTime()))
        expect(closing(await rowsWith(onCount(2)))).toEqual(plain)
        expect(closing(await rowsWith(every('3ms')))).toEqual(plain)
        const purged = await rowsWith(purging(every('3ms')))
        expect(total(purged.map(({ amount }) => amount))).toBe(total(input.map(({ amount }) => amount)))
      }),
      { numRuns: 30 },
    ))

  it('are refused where they make no sense', () => {
    expect(() => onCount(0)).toThrow('at least 1')
    expect(() => every('0s')).toThrow('at least 1')
    expect(() =>
      window(tumbling('2s', { time: 'processing' }), { trigger: every('1s', { time: 'event' }) }),
    ).toThrow('processing time')
    expect(() => window(globalWindow(), { allowedLateness: '1s' })).toThrow('nothing is late')
  })
})

describe('the window of everything', () => {
  it('gives its result at the end of the input', () =>
    fc.assert(
      fc.asyncProperty(readings, manners, async (input, manner) => {
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(window(globalWindow()), aggregate('totals', amount)),
        )
        const expected = windowsBy(input, () => [{ start: 0, end: 1 }])
        expect(rows).toEqual(
          expected.map(({ key, amounts }) => ({ key, window: { kind: 'global' }, amount: total(amounts) })),
        )
      }),
      { numRuns: 30 },
    ))

  it('gives results by count, which carry the time of its last record', async () => {
    const input = [1, 2, 3, 4, 5].map((time) => ({ key: 'a', time, amount: 1 }))
    const rows = await rowsOf(trialOf(input), straight, (stream) =>
      byKey(stream).pipe(
        window(globalWindow(), { trigger: onCount(2) }),
        aggregate('totals', amount),
        (results) =>
          byKey(results.pipe(eventlessly)).pipe(window(tumbling('1ms')), aggregate('again', amount)),
      ),
    )
    expect(rows.map(({ window, amount }) => [window.start, amount])).toEqual([
      [2, 2],
      [4, 4],
      [5, 5],
    ])
  })
})

/** Results as readings again. */
const eventlessly = (results: Stream<{ readonly amount: number }>): Stream<Reading> =>
  results as unknown as Stream<Reading>
