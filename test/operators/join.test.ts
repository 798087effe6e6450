import fc from 'fast-check'
import { job, run, type Stream } from 'millrace'
import { eventTime, filter, join, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { IntervalLogic, type IntervalState } from '../../operators/joins/interval-logic.ts'
import { manners, rowsOf, straight } from './anyhow.ts'
import { keyedLogicTester } from './keyed-logic-tester.ts'
import { kinds, pair, pairsWhere, type Row, rows, timeOf } from './pairs.ts'

const byKey = keyBy((row: Row) => row.key)

describe('join', () => {
  it('gives all pairs of one key, or those near enough, however records come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.option(fc.nat({ max: 20 }), { nil: undefined }),
        kinds,
        manners,
        async (left, right, keepMs, kind, manner) => {
          const got = await rowsOf(
            { inputs: [left, right], timeOf, disorderMs: 5 },
            manner,
            (lefts: Stream<Row>, rights: Stream<Row>) =>
              lefts.pipe(
                byKey,
                join(
                  'pairs',
                  rights.pipe(byKey),
                  keepMs === undefined ? {} : { keep: `${keepMs}ms`, kind },
                  pair,
                ),
              ),
          )
          const near = (one: Row, other: Row) => Math.abs(one.time - other.time) <= (keepMs ?? Infinity)
          expect(got.toSorted()).toEqual(pairsWhere(left, right, near, keepMs === undefined ? 'inner' : kind))
        },
      ),
      { numRuns: 120 },
    ))

  it('of all rows knows no late record', async () => {
    const values = [10, 0, 5].map((time, id) => ({ value: { id, key: 'a', time, wait: 0 }, arrivalTime: 0 }))
    const sink = collectSink<string>()
    const described = job('all', ({ from }) => {
      const timed = from('rows', listSource<Row>({ s: values })).pipe(eventTime(timeOf))
      const even = timed.pipe(
        filter(({ id }) => id % 2 === 0),
        keyBy(({ key }) => key),
      )
      const odd = timed.pipe(
        filter(({ id }) => id % 2 === 1),
        keyBy(({ key }) => key),
      )
      return even.pipe(join('pairs', odd, {}, pair), sinkTo('out', sink))
    })
    await run(described, { checkpoints: memoryStore() })
    expect(sink.rows).toEqual(['0+1', '2+1'])
  })

  it('for longer than time lasts gives what has no partner at the end of the input', async () => {
    const row = (id: number, key: string): Row => ({ id, key, time: id, wait: 0 })
    const got = await rowsOf(
      {
        inputs: [
          [row(0, 'a'), row(1, 'b')],
          [row(2, 'a'), row(3, 'c')],
        ],
        timeOf,
        disorderMs: 0,
      },
      straight,
      (lefts: Stream<Row>, rights: Stream<Row>) =>
        lefts.pipe(byKey, join('pairs', rights.pipe(byKey), { keep: '999999999999d', kind: 'full' }, pair)),
    )
    expect(got.toSorted()).toEqual(['-+3', '0+2', '1+-'])
  })

  it('refuses to keep rows for what is no time', () => {
    const keyed = (keep: `${number}ms`) =>
      job('wrong', ({ from }) => {
        const rows = from('rows', listSource<Row>({})).pipe(byKey)
        return rows.pipe(join('pairs', rows, { keep }, pair), sinkTo('out', collectSink()))
      })
    expect(() => keyed('-1ms')).toThrow('"pairs" keeps rows for -1ms, less than no time')
  })

  it('that keeps all rows is an inner one', () => {
    const options = { kind: 'full' } as unknown as { kind: 'inner' }
    const rows = (stream: Stream<Row>) => stream.pipe(byKey)
    expect(() =>
      job('wrong', ({ from }) => {
        const all = rows(from('rows', listSource<Row>({})))
        return all.pipe(join('pairs', all, options, pair), sinkTo('out', collectSink()))
      }),
    ).toThrow('the full join "pairs" says no "keep"')
  })
})

it('the state of a join with `keep` is gone when the watermark has passed it by that much', () => {
  const test = keyedLogicTester<IntervalState>(
    new IntervalLogic({ kind: 'inner', fromMs: -10, to: 10, where: undefined, combine: () => 'pair' }),
  )
  test.record('left', 100, 0)
  test.record('right', 95, 1)
  test.watermark(109)
  expect(test.state).toBeDefined()
  test.watermark(110)
  expect(test.state).toBeUndefined()
})
