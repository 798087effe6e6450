import { aggregate, apply, count, countWindow, onCount, window } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { type Manner, rowsOf, straight } from './anyhow.ts'
import { byKey, trialOf } from './windows/readings.ts'

const input = Array.from({ length: 9 }, (_, index) => ({ key: 'a', time: index, amount: index }))
const restarted: Manner = { spread: [0], perFetch: 1, delays: [0], failures: [3, 6, 9] }

describe('windows of counts', () => {
  for (const [name, manner] of Object.entries({ straight, restarted })) {
    const amounts = (size: number, slide?: number) =>
      rowsOf(trialOf(input), manner, (stream) =>
        byKey(stream).pipe(
          window(countWindow(size, slide)),
          apply('all', (_key, { from, to }, records) => [[from, to, records.map(({ amount }) => amount)]]),
        ),
      )

    it(`lie side by side, ${name}: one that is not full gives nothing`, async () => {
      expect(await amounts(4)).toEqual([
        [0, 4, [0, 1, 2, 3]],
        [4, 8, [4, 5, 6, 7]],
      ])
    })

    it(`slide, ${name}: the first hold fewer`, async () => {
      expect(await amounts(6, 4)).toEqual([
        [0, 4, [0, 1, 2, 3]],
        [2, 8, [2, 3, 4, 5, 6, 7]],
      ])
      expect(await amounts(3, 2)).toEqual([
        [0, 2, [0, 1]],
        [1, 4, [1, 2, 3]],
        [3, 6, [3, 4, 5]],
        [5, 8, [5, 6, 7]],
      ])
    })
  }

  it('leave gaps: each has the last records before it fires', async () => {
    const rows = await rowsOf(trialOf(input), restarted, (stream) =>
      byKey(stream).pipe(
        window(countWindow(2, 4)),
        apply('all', (_key, { from, to }, records) => [[from, to, records.map(({ amount }) => amount)]]),
      ),
    )
    expect(rows).toEqual([
      [2, 4, [2, 3]],
      [6, 8, [6, 7]],
    ])
  })

  it('are aggregated', async () => {
    const rows = await rowsOf(trialOf(input), restarted, (stream) =>
      byKey(stream).pipe(window(countWindow(5, 3)), aggregate('n', { n: count() })),
    )
    expect(rows.map(({ n, window }) => [window.from, window.to, n])).toEqual([
      [0, 3, 3],
      [1, 6, 5],
      [4, 9, 5],
    ])
  })

  it('are refused where they make no sense', () => {
    expect(() => countWindow(0)).toThrow('at least 1')
    expect(() => countWindow(2.5)).toThrow('whole numbers')
    expect(() => window(countWindow(2), { trigger: onCount(1) })).toThrow('takes no trigger')
  })
})
