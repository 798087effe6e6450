import fc from 'fast-check'
import {
  apply,
  countWindow,
  type Evictor,
  globalWindow,
  keepLast,
  keepNear,
  keepRecent,
  onCount,
  session,
  sliding,
  tumbling,
  window,
} from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import type { TimeWindow, WindowAssigner } from '../../src/stream.ts'
import { manners, rowsOf, straight } from './anyhow.ts'
import { byKey, type Reading, readings, trialOf } from './windows/readings.ts'

type Records = readonly Reading[]

const evictors: Readonly<Record<string, readonly [Evictor<Reading>, (all: Records) => Records]>> = {
  keepLast: [keepLast(2), (all) => all.slice(-2)],
  keepRecent: [keepRecent('3ms'), (all) => all.filter(({ time }) => time > all.at(-1)!.time - 3)],
  keepNear: [
    keepNear(2, (record: Reading, last) => Math.abs(record.amount - last.amount)),
    (all) => all.filter(({ amount }) => Math.abs(amount - all.at(-1)!.amount) < 2),
  ],
  after: [{ after: () => [] }, (all) => all],
}
const assigners: Readonly<Record<string, WindowAssigner<TimeWindow>>> = {
  tumbling: tumbling('10ms'),
  sliding: sliding('10ms', '5ms'),
  session: session('4ms'),
}
const orderBy = (a: Reading, b: Reading) => a.amount - b.amount

describe('records taken out of windows', () => {
  for (const [kind, assigner] of Object.entries(assigners)) {
    for (const [name, [evict, kept]] of Object.entries(evictors)) {
      it(`are those that the evictor says, however records come and whatever fails: ${kind}, ${name}`, () =>
        fc.assert(
          fc.asyncProperty(readings, manners, async (input, manner) => {
            const rows = (evict: Evictor<Reading> | undefined) =>
              rowsOf(trialOf(input), manner, (stream) =>
                byKey(stream).pipe(
                  window(assigner),
                  apply('all', (key, window, records) => [{ key, window, records }], {
                    orderBy,
                    ...(evict && { evict }),
                  }),
                ),
              )
            const all = await rows(undefined)
            expect(await rows(evict)).toEqual(all.map((row) => ({ ...row, records: kept(row.records) })))
          }),
          { numRuns: 12 },
        ))
    }
  }

  it('are gone for later results, also after a restart', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 40 }), manners, async (records, manner) => {
        const input = Array.from({ length: records }, (_, time) => ({ key: 'a', time, amount: time }))
        const inOrder = { ...manner, spread: [0], delays: [0] }
        const rows = await rowsOf(trialOf(input), inOrder, (stream) =>
          byKey(stream).pipe(
            window(globalWindow(), { trigger: onCount(3) }),
            apply(
              'last',
              (_key, { pane }, records) => [{ pane, amounts: records.map(({ amount }) => amount) }],
              {
                evict: {
                  before: (all) => all.slice(-5),
                  after: (all) => all.filter((_, index) => index % 2 === 0),
                },
              },
            ),
          ),
        )
        let held: number[] = []
        const expected: number[][] = []
        for (const { amount } of input) {
          held.push(amount)
          if (amount % 3 !== 2 && amount !== records - 1) continue
          held = held.slice(-5)
          expected.push([...held])
          held = held.filter((_, index) => index % 2 === 0)
        }
        // The last is that of the end, which comes also if nothing is new.
        const amounts = rows.map(({ amounts }) => amounts)
        expect(amounts.slice(0, expected.length)).toEqual(expected)
        expect(amounts.length - expected.length).toBe(records > 0 && records % 3 === 0 ? 1 : 0)
      }),
      { numRuns: 30 },
    ))

  it('may be all of them, and then there is no result', async () => {
    const input = [1, 2, 3].map((time) => ({ key: 'a', time, amount: time }))
    const rows = await rowsOf(trialOf(input), { ...straight, perFetch: 1 }, (stream) =>
      byKey(stream).pipe(
        window(globalWindow(), { trigger: onCount(3) }),
        apply('none', (_key, _window, records) => [records.length], { evict: { after: () => [] } }),
      ),
    )
    expect(rows).toEqual([3])
  })

  it('are refused where they make no sense', () => {
    expect(() => keepLast(0)).toThrow('at least 1')
    expect(() => keepRecent('0s')).toThrow('at least 1')
    const input = [{ key: 'a', time: 1, amount: 1 }]
    const counted = rowsOf(trialOf(input), straight, (stream) =>
      byKey(stream).pipe(
        window(countWindow(2)),
        apply('all', () => [], { evict: keepLast(1) }),
      ),
    )
    return expect(counted).rejects.toThrow('windows of counts')
  })
})
