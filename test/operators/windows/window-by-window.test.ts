import fc from 'fast-check'
import type { Stream } from 'millrace'
import {
  aggregate,
  apply,
  assignedWindows,
  count,
  eventTime,
  every,
  globalWindow,
  onCount,
  only,
  onTime,
  purging,
  session,
  sliding,
  sum,
  type Trigger,
  tumbling,
  window,
} from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import type { TimeWindow, WindowAssigner } from '../../../src/stream.ts'
import { type Manner, manners, rowsOf, straight } from '../anyhow.ts'
import { byKey, type Reading, readings, total, trialOf } from './readings.ts'

const tens = (_record: unknown, time: number) => {
  const start = Math.floor(time / 10) * 10
  return [{ start, end: start + 10 }]
}
const slidTens = (_record: unknown, time: number) => {
  const start = Math.floor(time / 5) * 5
  return [
    { start: start - 5, end: start + 5 },
    { start, end: start + 10 },
  ]
}

/** The same windows, as the operators know them and as a function says them. */
type Assigner = WindowAssigner<TimeWindow, Reading>
const pairs: Readonly<Record<string, readonly [Assigner, Assigner]>> = {
  tumbling: [tumbling('10ms'), assignedWindows('tens', tens)],
  sliding: [sliding('10ms', '5ms'), assignedWindows('slid', slidTens)],
  session: [
    session('4ms'),
    assignedWindows('visits', (_record, time) => [{ start: time, end: time + 4 }], { merging: true }),
  ],
  gaps: [
    session(({ amount }) => `${amount}ms`),
    assignedWindows('gaps', ({ amount }, time) => [{ start: time, end: time + amount }], { merging: true }),
  ],
}

const triggers: Readonly<Record<string, Trigger | undefined>> = {
  none: undefined,
  onTime: onTime(),
  every: every('3ms'),
  onCount: onCount(2),
  purgingOnTime: purging(onTime()),
  purgingEvery: purging(every('3ms')),
  purgingOnCount: purging(onCount(2)),
}

/** From here on records come later than the watermark allows. */
const punctual = (stream: Stream<Reading>) =>
  stream.pipe(eventTime(({ time }) => time, { maxDrift: '3650d' }))

/** Of one split, so that records come in one order, whatever fails. */
const ofOneSplit = manners.map((manner): Manner => ({ ...manner, spread: [0] }))

describe('windows that have their own contents', () => {
  for (const [kind, [known, assigned]] of Object.entries(pairs)) {
    for (const [name, trigger] of Object.entries(triggers)) {
      if (kind === 'sliding' && trigger?.purging) continue
      it(`give what those give that are known beforehand: ${kind}, ${name}`, () =>
        fc.assert(
          fc.asyncProperty(
            readings,
            ofOneSplit,
            fc.constantFrom('0s', '3ms', '1h'),
            async (input, manner, lateness) => {
              const allowedLateness = lateness as '0s'
              const rows = (assigner: Assigner) =>
                rowsOf(trialOf(input), manner, (stream) =>
                  byKey(lateness === '1h' ? punctual(stream) : stream).pipe(
                    trigger === undefined
                      ? window(assigner, { allowedLateness })
                      : window(assigner, { allowedLateness, trigger }),
                    apply('all', (key, window, records) => [
                      { key, window, records: records.map(({ amount }) => amount) },
                    ]),
                  ),
                )
              expect(await rows(assigned)).toEqual(await rows(known))
            },
          ),
          { numRuns: 12 },
        ))
    }
  }

  it('may be purged one by one where they overlap', () =>
    fc.assert(
      fc.asyncProperty(readings, manners, async (input, manner) => {
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(sliding('10ms', '5ms'), { trigger: purging(onCount(2)) }),
            aggregate('totals', { amount: sum(({ amount }) => amount), n: count() }),
          ),
        )
        expect(total(rows.map(({ amount }) => amount))).toBe(2 * total(input.map(({ amount }) => amount)))
        expect(rows.every(({ n }) => n === 1 || n === 2)).toBe(true)
      }),
      { numRuns: 20 },
    ))
})

describe('windows that only a trigger gives results of', () => {
  const at = (time: number, amount: number) => ({ key: 'a', time, amount })
  const results = (assigner: WindowAssigner<unknown>, trigger: Trigger, input: readonly Reading[]) =>
    rowsOf({ ...trialOf(input), disorderMs: 0 }, { ...straight, perFetch: 1 }, (stream) =>
      byKey(stream).pipe(
        window(assigner, { trigger: only(trigger) }),
        apply('all', (_key, window, records) => [
          { ...(window as object), records: records.map(({ amount }) => amount) },
        ]),
      ),
    )

  it('give no result at the close', async () => {
    const input = [at(1, 1), at(2, 2), at(3, 3), at(12, 4), at(15, 5), at(25, 6)]
    expect(await results(tumbling('10ms'), onCount(2), input)).toEqual([
      { start: 0, end: 10, pane: { timing: 'early', index: 0 }, records: [1, 2] },
      { start: 10, end: 20, pane: { timing: 'early', index: 0 }, records: [4, 5] },
    ])
  })

  it('purge', async () => {
    const input = [1, 2, 3, 4, 5].map((time) => at(time, time))
    const rows = await results(globalWindow(), purging(onCount(2)), input)
    expect(rows.map(({ records }) => records)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('give results at intervals', async () => {
    const input = [at(1, 1), at(2, 2), at(6, 3), at(12, 4)]
    const rows = await results(tumbling('10ms'), every('5ms'), input)
    expect(rows.map(({ records }) => records)).toEqual([[1, 2, 3], [4]])
  })

  it('count over sessions that merge', async () => {
    const input = [at(1, 1), at(8, 2), at(4, 3), at(30, 4)]
    const rows = await rowsOf(
      { ...trialOf(input), disorderMs: 20 },
      { ...straight, perFetch: 1, delays: [0, 0, 999, 0] },
      (stream) =>
        byKey(stream).pipe(
          window(session('5ms'), { trigger: only(onCount(3)) }),
          aggregate('n', { n: count() }),
        ),
    )
    expect(rows).toMatchObject([{ n: 3, window: { start: 1, end: 13 } }])
  })

  it('are refused if there would be none', () => expect(() => only(onTime())).toThrow('no results at all'))
})

describe('windows that a function assigns', () => {
  it('may be none, and then the record is in none', async () => {
    const input = [1, 2, 3].map((time) => ({ key: 'a', time, amount: time }))
    const odd = assignedWindows('odd', ({ amount }: Reading, time) =>
      amount % 2 === 0 ? [] : [{ start: time, end: time + 100 }],
    )
    const rows = await rowsOf(trialOf(input), straight, (stream) =>
      byKey(stream).pipe(window(odd), aggregate('n', { n: count() })),
    )
    expect(rows.map(({ window }) => window.start)).toEqual([1, 3])
  })

  it('hold a record once that joins several of them', async () => {
    const input = [1, 20, 10].map((time) => ({ key: 'a', time, amount: time }))
    const wide = assignedWindows(
      'wide',
      (_record: Reading, time) => [
        { start: time - 6, end: time },
        { start: time, end: time + 6 },
      ],
      { merging: true },
    )
    const rows = await rowsOf(trialOf(input), straight, (stream) =>
      byKey(stream).pipe(window(wide), aggregate('n', { n: count() })),
    )
    expect(rows).toEqual([{ key: 'a', window: { start: -5, end: 26 }, n: 3 }])
  })

  it.each([[{ start: 5, end: 5 }], [{ start: Number.NaN, end: 5 }], [{ start: 1.5, end: 5 }]])(
    'are refused if they are none: %o',
    async (wrong) => {
      const input = [{ key: 'a', time: 1, amount: 1 }]
      await expect(
        rowsOf(trialOf(input), straight, (stream) =>
          byKey(stream).pipe(window(assignedWindows('wrong', () => [wrong])), aggregate('n', { n: count() })),
        ),
      ).rejects.toMatchObject({
        code: 'OPERATOR_FAILED',
        message: expect.stringContaining('wrong, as assigned'),
      })
    },
  )
})
