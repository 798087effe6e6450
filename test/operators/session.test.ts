import fc from 'fast-check'
import { aggregate, apply, count, session, sum, tumbling, window, windowAll } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf, straight } from './anyhow.ts'
import { byKey, type Expected, inOrder, type Reading, readings, total, trialOf } from './windows/readings.ts'

/** Sorted, and cut where the pause is longer than the gap. */
function sessionsOf(input: readonly Reading[], gap: number): Expected[] {
  const sessions: { key: string; start: number; end: number; amounts: number[] }[] = []
  for (const { key, time, amount } of input.toSorted((a, b) => a.time - b.time)) {
    const open = sessions.find((session) => session.key === key && time <= session.end)
    if (open === undefined) sessions.push({ key, start: time, end: time + gap, amounts: [amount] })
    else {
      open.end = time + gap
      open.amounts.push(amount)
    }
  }
  return inOrder(sessions)
}

/** Put together of those that touch, until none does. */
function sessionsByRecord(input: readonly Reading[]): Expected[] {
  let sessions: Expected[] = input.map(({ key, time, amount }) => ({
    key,
    start: time,
    end: time + amount,
    amounts: [amount],
  }))
  for (;;) {
    const pair = sessions.flatMap((one) =>
      sessions
        .filter((two) => one !== two && one.key === two.key && one.start <= two.end && two.start <= one.end)
        .map((two) => [one, two] as const),
    )[0]
    if (pair === undefined) return inOrder(sessions)
    const [one, two] = pair
    const joined = {
      key: one.key,
      start: Math.min(one.start, two.start),
      end: Math.max(one.end, two.end),
      amounts: [...one.amounts, ...two.amounts],
    }
    sessions = [...sessions.filter((session) => session !== one && session !== two), joined]
  }
}

describe('sessions', () => {
  it('hold what no longer pause divides, however records come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 1, max: 8 }), manners, async (input, gap, manner) => {
        const assigner = session(`${gap}ms`)
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(assigner),
            aggregate('totals', { records: count(), amount: sum((reading) => reading.amount) }),
          ),
        )
        const expected = sessionsOf(input, gap)
        expect(rows).toEqual(
          expected.map(({ key, start, end, amounts }) => ({
            key,
            window: { start, end },
            records: amounts.length,
            amount: total(amounts),
          })),
        )
        const applied = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(assigner),
            apply('all', (key, { start, end }, records) => [[key, start, end, records.length]]),
          ),
        )
        expect(applied).toEqual(
          expected.map(({ key, start, end, amounts }) => [key, start, end, amounts.length]),
        )
      }),
      { numRuns: 80 },
    ))

  it('are one if they are exactly a gap apart, also when the record between them comes last', async () => {
    const at = (time: number) => ({ key: 'a', time, amount: 1 })
    const last = { spread: [0], perFetch: 1, delays: [0, 0, 999], failures: [] }
    const rows = await rowsOf({ ...trialOf([at(0), at(20), at(10)]), disorderMs: 50 }, last, (stream) =>
      byKey(stream).pipe(window(session('10ms')), aggregate('n', { n: count() })),
    )
    expect(rows).toEqual([{ key: 'a', window: { start: 0, end: 30 }, n: 3 }])
  })

  it('are one also if time was complete just up to the end of the first', async () => {
    const at = (time: number) => ({ key: 'a', time, amount: 1 })
    // At 15 the watermark is 9: the last instant before the end.
    const edge = { spread: [0], perFetch: 1, delays: [0, 0, 1000], failures: [] }
    const rows = await rowsOf(trialOf([at(0), at(15), at(10)]), edge, (stream) =>
      byKey(stream).pipe(
        window(session('10ms')),
        aggregate('n', { n: count() }),
        windowAll(tumbling('1ms')),
        apply('times', (_all, { start }, rows) => rows.map(({ n }) => ({ n, at: start }))),
      ),
    )
    expect(rows).toEqual([{ n: 3, at: 25 }])
  })

  it('by a gap of each record are the same in whatever order they come', () =>
    fc.assert(
      fc.asyncProperty(readings, manners, async (input, manner) => {
        const assigner = session(({ amount }: Reading) => `${amount}ms`)
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(assigner),
            aggregate('totals', { records: count(), amount: sum((reading) => reading.amount) }),
          ),
        )
        expect(rows).toEqual(
          sessionsByRecord(input).map(({ key, start, end, amounts }) => ({
            key,
            window: { start, end },
            records: amounts.length,
            amount: total(amounts),
          })),
        )
      }),
      { numRuns: 80 },
    ))

  it.each(['-5m', 'NaNms', '0s', '1.5ms', ''])('are refused for a record with the gap %j', (gap) =>
    expect(
      rowsOf(trialOf([{ key: 'a', time: 1, amount: 1 }]), straight, (stream) =>
        byKey(stream).pipe(window(session(() => gap as '5m')), aggregate('n', { n: count() })),
      ),
    ).rejects.toMatchObject({
      code: 'OPERATOR_FAILED',
      message: expect.stringContaining(JSON.stringify(gap)),
    }),
  )

  it('are refused without a gap', () => expect(() => session('0s')).toThrow('at least 1'))
})
