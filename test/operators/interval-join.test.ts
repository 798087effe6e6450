import fc from 'fast-check'
import { job, run, type Stream } from 'millrace'
import {
  aggregate,
  count,
  eventTime,
  filter,
  intervalJoin,
  keyBy,
  map,
  sinkTo,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { IntervalLogic, type IntervalState } from '../../operators/joins/interval-logic.ts'
import { manners, rowsOf, straight } from './anyhow.ts'
import { keyedLogicTester } from './keyed-logic-tester.ts'
import { kinds, pair, pairsWhere, type Row, rows, timeOf } from './pairs.ts'

const bounds = fc
  .tuple(fc.integer({ min: -20, max: 20 }), fc.nat({ max: 20 }))
  .map(([from, length]) => ({ from, to: from + length }))
const offset = (ms: number) => `${ms}ms` as const
const byKey = keyBy((row: Row) => row.key)

describe('intervalJoin', () => {
  it('gives what nested loops give, however records come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        bounds,
        kinds,
        manners,
        async (left, right, { from, to }, kind, manner) => {
          const got = await rowsOf(
            { inputs: [left, right], timeOf, disorderMs: 5 },
            manner,
            (lefts: Stream<Row>, rights: Stream<Row>) =>
              lefts.pipe(
                byKey,
                intervalJoin('pairs', rights.pipe(byKey), { from: offset(from), to: offset(to), kind }, pair),
              ),
          )
          const near = (one: Row, other: Row) => other.time >= one.time + from && other.time <= one.time + to
          expect(got.toSorted()).toEqual(pairsWhere(left, right, near, kind))
        },
      ),
      { numRuns: 80 },
    ))

  it('takes an end from each row, and a condition on both', () =>
    fc.assert(
      fc.asyncProperty(rows, rows, kinds, manners, async (left, right, kind, manner) => {
        const odd = (one: Row, other: Row) => (one.id + other.id) % 2 === 1
        const got = await rowsOf(
          { inputs: [left, right], timeOf, disorderMs: 5 },
          manner,
          (lefts: Stream<Row>, rights: Stream<Row>) =>
            lefts.pipe(
              byKey,
              intervalJoin(
                'pairs',
                rights.pipe(byKey),
                { from: '-3ms', to: (row) => row.time + row.wait, kind, where: odd },
                pair,
              ),
            ),
        )
        const near = (one: Row, other: Row) =>
          odd(one, other) && other.time >= one.time - 3 && other.time <= one.time + one.wait
        expect(got.toSorted()).toEqual(pairsWhere(left, right, near, kind))
      }),
      { numRuns: 60 },
    ))

  it('gives results that are not late for a window behind it', () =>
    fc.assert(
      fc.asyncProperty(rows, rows, bounds, manners, async (left, right, { from, to }, manner) => {
        const got = await rowsOf(
          { inputs: [left, right], timeOf, disorderMs: 5 },
          manner,
          (lefts: Stream<Row>, rights: Stream<Row>) =>
            lefts.pipe(
              byKey,
              intervalJoin(
                'pairs',
                rights.pipe(byKey),
                { from: offset(from), to: offset(to), kind: 'full' },
                pair,
              ),
              keyBy((text) => text),
              window(tumbling('1ms')),
              aggregate('counts', { n: count() }),
              map(({ key }) => key),
            ),
        )
        const near = (one: Row, other: Row) => other.time >= one.time + from && other.time <= one.time + to
        expect(got.toSorted()).toEqual(pairsWhere(left, right, near, 'full'))
      }),
      { numRuns: 40 },
    ))

  it('joins a stream with itself', async () => {
    const row = (id: number, time: number): Row => ({ id, key: 'a', time, wait: 0 })
    const values = [row(0, 0), row(1, 1), row(2, 5)]
    const got = await rowsOf({ inputs: [values], timeOf, disorderMs: 0 }, straight, (all: Stream<Row>) => {
      const keyed = all.pipe(byKey)
      return keyed.pipe(intervalJoin('pairs', keyed, { from: '0s', to: '4ms' }, pair))
    })
    expect(got.toSorted()).toEqual(['0+0', '0+1', '1+1', '1+2', '2+2'])
  })

  it('refuses an interval that ends before it begins, and what is no offset', () => {
    const byId = listSource<Row>({})
    const described = (from: `${number}ms`, to: `${number}ms`) =>
      job('wrong', ({ from: read }) => {
        const keyed = read('rows', byId).pipe(byKey)
        return keyed.pipe(intervalJoin('pairs', keyed, { from, to }, pair), sinkTo('out', collectSink()))
      })
    expect(() => described('5ms', '-5ms')).toThrow('begins at 5ms, after its end -5ms')
    expect(() => described('--5ms' as '5ms', '1ms')).toThrow('"--5ms" is not an offset')
  })

  it('stops at a late record, or sends it where the job says', async () => {
    const late = { id: 2, key: 'a', time: 0, wait: 0 }
    const source = listSource({
      s: [{ id: 1, key: 'a', time: 10, wait: 0 }, late].map((value) => ({ value, arrivalTime: 0 })),
    })
    const lates = collectSink<Row>()
    const described = (keepsLate: boolean) =>
      job('late', ({ from }) => {
        const timed = from('rows', source).pipe(eventTime((row) => row.time))
        const others = timed.pipe(
          filter(() => false),
          keyBy((row) => row.key),
        )
        const options = keepsLate
          ? { late: (records: Stream<Row>) => records.pipe(sinkTo('late', lates)) }
          : {}
        return timed.pipe(
          byKey,
          intervalJoin('pairs', others, { from: '0s', to: '1s', ...options }, pair),
          sinkTo('out', collectSink()),
        )
      })
    await expect(run(described(false), { checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'RECORD_LATE',
      happened:
        'a record of 1970-01-01T00:00:00.000Z came when event time was complete up to 1970-01-01T00:00:00.009Z',
    })
    await run(described(true), { checkpoints: memoryStore() })
    expect(lates.rows).toEqual([late])
  })
})

describe('the state of an intervalJoin', () => {
  const interval = { kind: 'inner', fromMs: -5, to: 10, where: undefined, combine: () => 'pair' } as const
  const tester = () => keyedLogicTester<IntervalState>(new IntervalLogic(interval))

  it('keeps a left row until its interval is complete', () => {
    const test = tester()
    test.record('left', 100, 0)
    test.watermark(109)
    expect(test.state).toBeDefined()
    test.watermark(110)
    expect(test.state).toBeUndefined()
  })

  it('keeps a right row until it lies before every interval to come', () => {
    const test = tester()
    test.record('right', 100, 1)
    test.watermark(104)
    expect(test.state).toBeDefined()
    test.watermark(105)
    expect(test.state).toBeUndefined()
  })

  it('keeps a row that only the next instant can still match, and none that nothing can', () => {
    const before = () => keyedLogicTester(new IntervalLogic({ ...interval, fromMs: -20, to: -5 }))
    const after = () => keyedLogicTester(new IntervalLogic({ ...interval, fromMs: 5, to: 20 }))
    for (const [make, input] of [
      [before, 0],
      [after, 1],
    ] as const) {
      const test = make()
      test.watermark(99)
      test.record('too late for any', 104, input)
      expect(test.state).toBeUndefined()
      test.record('just in time', 105, input)
      test.record('partner', 100, 1 - input)
      expect(test.emitted).toBe(1)
    }
  })

  it('of a hot key costs what its partners cost, not what is kept', () => {
    const test = tester()
    for (let time = 0; time < 100_000; time += 1) {
      test.record(time, time, 0)
      test.record(time, time, 1)
    }
    expect(test.emitted).toBe(100_000 * 16 - (5 * 6) / 2 - (10 * 11) / 2)
    test.watermark(200_000)
    expect(test.state).toBeUndefined()
  }, 40_000)
})
