import fc from 'fast-check'
import { job, run } from 'millrace'
import {
  apply,
  assignedWindows,
  defineTrigger,
  eventTime,
  globalWindow,
  type Paned,
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
import { collectedContent } from '../../operators/windows/collected-content.ts'
import { windowLogic } from '../../operators/windows/window-logic.ts'
import type { WindowAssigner } from '../../src/stream.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'
import { type Manner, manners, rowsOf, straight } from './anyhow.ts'
import { keyedLogicTester } from './keyed-logic-tester.ts'
import { byKey, type Reading, readings, trialOf } from './windows/readings.ts'

interface Row {
  readonly key: string
  readonly start: number
  readonly timing: string
  readonly index: number
  readonly amounts: readonly number[]
}

const rowsBy = (
  input: readonly Reading[],
  manner: Manner,
  assigner: WindowAssigner<{ start: number }, Reading>,
  trigger: Trigger<Paned, Reading>,
  disorderMs = 5,
): Promise<Row[]> =>
  rowsOf({ ...trialOf(input), disorderMs }, manner, (stream) =>
    byKey(stream).pipe(
      window(assigner, { trigger }),
      apply('all', (key, { start, pane }, records) => [
        { key, start, ...pane, amounts: records.map(({ amount }) => amount) },
      ]),
    ),
  )

/** A result whenever ten more have come, and one at the close. */
const tenMore = defineTrigger('ten more', {
  create: () => ({ more: 0 }),
  onRecord({ amount }: Reading, { state, timers, window }) {
    timers.set(window.last)
    state.more += amount
    if (state.more < 10) return 'continue'
    state.more = 0
    return 'fire'
  },
  onTimer: () => 'fire',
  onMerge(states, { state, timers, window }) {
    for (const { more } of states) state.more += more
    timers.set(window.last)
  },
})

/** What that gives of records in the order of their time. */
function naively(input: readonly Reading[], size: number): Row[] {
  const windows = new Map<string, Row & { amounts: number[]; more: number; index: number }>()
  const early: Row[] = []
  for (const { key, time, amount } of input.toSorted((a, b) => a.time - b.time)) {
    const start = Math.floor(time / size) * size
    const id = `${key} ${start}`
    const row = windows.get(id) ?? { key, start, timing: 'on-time', index: 0, amounts: [], more: 0 }
    windows.set(id, row)
    row.amounts.push(amount)
    row.more += amount
    if (row.more < 10) continue
    row.more = 0
    early.push({ key, start, timing: 'early', index: row.index, amounts: [...row.amounts] })
    row.index += 1
  }
  return [...early, ...[...windows.values()].map(({ more: _, ...row }) => row)]
}

const kinds = {
  tumbling: tumbling('10ms'),
  sliding: sliding('10ms', '5ms'),
  session: session('5ms'),
  assigned: assignedWindows('own', ({ amount }: Reading, time) => [{ start: time, end: time + amount }]),
}

describe('a trigger of your own', () => {
  it('says when there are results, and there are no others', () =>
    fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 1, max: 20 }), async (input, size) => {
        const rows = await rowsBy(input, straight, tumbling(`${size}ms`), tenMore)
        expect(new Set(rows)).toEqual(new Set(naively(input, size)))
      }),
      { numRuns: 60 },
    ))

  for (const [kind, assigner] of Object.entries(kinds)) {
    for (const [name, trigger] of Object.entries({ tenMore, purging: purging(tenMore) })) {
      it(`goes on where it was, whatever fails: ${kind}, ${name}`, () =>
        fc.assert(
          fc.asyncProperty(readings, manners, async (input, manner) => {
            const unfailing = { ...manner, spread: [0], failures: [] }
            const rows = await rowsBy(input, { ...unfailing, failures: manner.failures }, assigner, trigger)
            expect(rows).toEqual(await rowsBy(input, unfailing, assigner, trigger))
          }),
          { numRuns: 20 },
        ))
    }
  }

  it('may drop what a window holds, and sees its state after that', async () => {
    const restless = defineTrigger('every second is dropped', {
      create: () => ({ n: 0 }),
      onRecord: (_reading: Reading, { state, timers, window }) => {
        timers.set(window.last)
        state.n += 1
        return state.n % 2 === 0 ? 'purge' : 'continue'
      },
      onTimer: () => 'fire-and-purge',
    })
    const input = [1, 2, 3, 11, 12].map((time) => ({ key: 'a', time, amount: time }))
    const rows = await rowsBy(input, straight, tumbling('10ms'), restless)
    expect(rows.map(({ start, amounts }) => [start, amounts])).toEqual([[0, [3]]])
  })

  it('may take a timer back', async () => {
    const pause = defineTrigger('a pause of 3', {
      create: () => ({ at: 0 }),
      onRecord: (_reading: Reading, { state, timers, timestamp }) => {
        timers.delete(state.at)
        state.at = timestamp + 3
        timers.set(state.at)
        return 'continue'
      },
      onTimer: () => 'fire-and-purge',
    })
    const times = [1, 2, 3, 9, 11, 12, 20, 30]
    const input = times.map((time) => ({ key: time === 9 || time === 20 ? 'b' : 'a', time, amount: time }))
    const rows = await rowsBy(input, { ...straight, perFetch: 1 }, globalWindow() as never, pause, 0)
    expect(rows.flatMap(({ key, amounts }) => (key === 'a' ? [amounts] : []))).toEqual([
      [1, 2, 3],
      [11, 12],
      [30],
    ])
  })

  it('that sets its timer again comes to an end with the input', async () => {
    const ticking = defineTrigger('ticking', {
      create: () => undefined,
      onRecord: (_reading: Reading, { timers, timestamp }) => {
        timers.set(timestamp + 1)
        return 'continue'
      },
      onTimer: (time, { timers }) => {
        timers.set(time + 2)
        return 'fire'
      },
    })
    const input = [10, 20].map((time) => ({ key: 'a', time, amount: time }))
    const rows = await rowsBy(input, straight, globalWindow() as never, ticking, 0)
    expect(rows.length).toBe(6)
  })

  it('sees late records, whose timers of the close come after it', async () => {
    const input = [1, 15, 2, 50].map((time) => ({ key: 'a', time, amount: time }))
    const manner: Manner = { ...straight, perFetch: 1, delays: [0, 0, 999, 0] }
    const closing = defineTrigger('at the close', {
      create: () => 0,
      onRecord: (_reading: Reading, { timers, window }) => {
        timers.set(window.last)
        return 'continue'
      },
      onTimer: () => 'fire',
    })
    const rows = await rowsOf({ ...trialOf(input), disorderMs: 20 }, manner, (stream) =>
      byKey(stream.pipe(eventTime(({ time }) => time))).pipe(
        window(tumbling('10ms'), { allowedLateness: '20ms', trigger: closing }),
        apply('all', (_key, { start, pane }, records) => [[start, pane.timing, pane.index, records.length]]),
      ),
    )
    expect(rows).toEqual([
      [0, 'on-time', 0, 1],
      [0, 'late', 1, 2],
      [10, 'on-time', 0, 1],
      [50, 'on-time', 0, 1],
    ])
  })

  it('that fails on a record leaves nothing of it in a job that goes on', async () => {
    const rows = collectSink<number>()
    const picky = defineTrigger('picky', {
      create: () => ({ seen: 0 }),
      onRecord: ({ amount }: Reading, { state, timers, window }) => {
        timers.set(window.last)
        state.seen += 1
        if (amount < 0) throw new Error('negative')
        return state.seen === 3 ? 'fire' : 'continue'
      },
      onTimer: () => 'fire-and-purge',
    })
    const input = [1, -1, 2, -1, 3].map((amount, time) => ({
      value: { key: 'a', time, amount },
      arrivalTime: 0,
    }))
    const described = job(
      'skips',
      ({ from }) =>
        byKey(from('in', listSource({ s: input })).pipe(eventTime(({ time }) => time))).pipe(
          window(tumbling('10ms'), { trigger: picky }),
          apply('all', (_key, _window, records) => [records.length]),
          sinkTo('out', rows),
        ),
      { onError: 'skip' },
    )
    await run(described, { checkpoints: memoryStore() })
    expect(rows.rows).toEqual([3, 3])
  })

  it('goes by the clock', () => {
    const waits = defineTrigger('5 ms of the clock', {
      create: () => ({ until: 0 }),
      onRecord: (_record: unknown, { state, now, processingTimers }) => {
        if (state.until === 0) processingTimers.set(now + 5)
        state.until ||= now + 5
        return 'continue'
      },
      onProcessingTimer: (time, { state }) => {
        expect(time).toBe(state.until)
        return 'fire-and-purge'
      },
    })
    const content = collectedContent((_key, _window, records) => records, undefined)
    const windowing = { assigner: globalWindow(), trigger: waits, allowedLatenessMs: 0 }
    const tester = keyedLogicTester(windowLogic(windowing as never, content))
    tester.record('a', 1, 0)
    expect(tester.state).toMatchObject([{ processingTimers: [5], held: 1 }])
    tester.processingTime(5)
    expect([tester.emitted, tester.state]).toMatchObject([1, [{ processingTimers: [], held: 0 }]])
    tester.watermark(endOfTime)
    expect(tester.state).toBeUndefined()
  })

  it('is refused where it cannot do what it must', async () => {
    const plain = defineTrigger('plain', { create: () => 0, onRecord: () => 'fire' })
    expect(() => window(session('1s'), { trigger: plain })).toThrow('has no onMerge')
    expect(() => defineTrigger('', { create: () => 0, onRecord: () => 'fire' })).toThrow('needs a name')
    const wrong = {
      'has no onTimer': defineTrigger('t', {
        create: () => 0,
        onRecord: (_record: unknown, { timers }) => {
          timers.set(1)
          return 'fire'
        },
      }),
      'no time': defineTrigger('t', {
        create: () => 0,
        onTimer: () => 'fire',
        onRecord: (_record: unknown, { timers }) => {
          timers.set(Number.NaN)
          return 'fire'
        },
      }),
      'said "burn"': defineTrigger('t', { create: () => 0, onRecord: () => 'burn' as 'fire' }),
    }
    for (const [message, trigger] of Object.entries(wrong)) {
      await expect(
        rowsBy([{ key: 'a', time: 1, amount: 1 }], straight, tumbling('1s'), trigger),
      ).rejects.toThrow(message)
    }
  })
})
