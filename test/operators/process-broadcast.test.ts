import fc from 'fast-check'
import { type FailedRecord, job, run, type Stream } from 'millrace'
import { broadcast, eventTime, keyBy, output, processBroadcast, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf, straight } from './anyhow.ts'
import { distinctRows, type Row, timeOf } from './pairs.ts'
import { tableAt, version } from './table-at.ts'

const byKey = keyBy((row: Row) => row.key)
const table = broadcast((row: Row) => row.key, version)
const row = (id: number, time: number, wait = 0): Row => ({ id, key: 'a', time, wait })
const keyText = (key: Row['key']) => `${typeof key} ${key}`

/** Counts the rows of each key, and says at each row and timer how many there are and what stands in the table. */
const counted = (left: Stream<Row>, right: Stream<Row>) =>
  left.pipe(
    byKey,
    processBroadcast('counted', right.pipe(table), {
      state: { count: valueState(0) },
      *onRecord(value, { key, timestamp, state: { count }, table, timers }) {
        count.value += 1
        timers.set(timestamp + Math.abs(value.wait))
        yield `${value.id}: ${count.value} ${table.get(key)?.id}`
      },
      *onTimer(time, { key, state: { count }, table }) {
        yield `${keyText(key)} at ${time}: ${count.value} ${table.get(key)?.id}`
      },
    }),
  )

function expected(records: readonly Row[], updates: readonly Row[]): string[] {
  const rows = records.map((row) => `${row.id}: ${known(row.key, row.time)}`)
  const times = new Map(
    records.map(({ key, time, wait }) => {
      const at = time + Math.abs(wait)
      return [`${keyText(key)} at ${at}`, `${known(key, at)}`]
    }),
  )
  return [...rows, ...[...times].map(([timer, found]) => `${timer}: ${found}`)].sort()

  function known(key: Row['key'], time: number): string {
    const count = records.filter((row) => row.key === key && row.time <= time).length
    return `${count} ${tableAt(updates, time).get(key)?.id}`
  }
}

describe('processBroadcast', () => {
  it('lets records and timers see state and table of their time, however both come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(distinctRows, distinctRows, manners, async (records, updates, manner) => {
        const got = await rowsOf({ inputs: [records, updates], timeOf, disorderMs: 5 }, manner, counted)
        expect(got.toSorted()).toEqual(expected(records, updates))
      }),
      { numRuns: 80 },
    ))

  it('gives results in the order of time', () =>
    fc.assert(
      fc.asyncProperty(distinctRows, distinctRows, manners, async (records, updates, manner) => {
        const timed = (left: Stream<Row>, right: Stream<Row>) =>
          left.pipe(
            byKey,
            processBroadcast('timed', right.pipe(table), {
              *onRecord({ time, wait }, { timestamp, timers }) {
                timers.set(timestamp + Math.abs(wait))
                yield time
              },
              *onTimer(time) {
                yield time
              },
            }),
          )
        const got = await rowsOf({ inputs: [records, updates], timeOf, disorderMs: 5 }, manner, timed)
        expect(got).toEqual(got.toSorted((a, b) => a - b))
      }),
      { numRuns: 40 },
    ))

  it('that waits for nothing sees what came before, and keeps state and table over failures', () =>
    fc.assert(
      fc.asyncProperty(distinctRows, manners, async (drawn, { failures }) => {
        const all = drawn.toSorted((a, b) => a.time - b.time).map((one, id) => ({ ...one, id, time: id }))
        const got = await rowsOf(
          { inputs: [all], timeOf, disorderMs: 5 },
          { spread: [0], delays: [0], perFetch: 1, failures },
          (both: Stream<Row>) =>
            both.pipe(
              byKey,
              processBroadcast('seen', both.pipe(table), {
                waitFor: 'nothing',
                state: { count: valueState(0) },
                *onRecord(value, { key, state: { count }, table }) {
                  count.value += 1
                  yield `${value.id} ${count.value} ${table.get(key)?.id}`
                },
              }),
            ),
        )
        const before = (id: number, key: Row['key']) => all.filter((one) => one.key === key && one.id <= id)
        expect(got).toEqual(
          all.map(({ id, key }) => `${id} ${before(id, key).length} ${tableAt(all, id - 1).get(key)?.id}`),
        )
      }),
      { numRuns: 30 },
    ))

  it.each(['watermark', 'nothing'] as const)(
    'of a job that goes on leaves out a record that fails, with its state and results (%s)',
    async (waitFor) => {
      const [sink, failed, sides] = [
        collectSink<string>(),
        collectSink<FailedRecord>(),
        collectSink<number>(),
      ]
      const values = [1, 2, 3].map((time) => ({ value: row(time, time), arrivalTime: 0 }))
      const described = job(
        'goes-on',
        ({ from }) => {
          const rows = from('rows', listSource<Row>({ s: values })).pipe(eventTime(timeOf))
          const counted = rows.pipe(
            byKey,
            processBroadcast('counted', rows.pipe(table), {
              waitFor,
              state: { count: valueState(0) },
              outputs: { ids: output<number>() },
              *onRecord({ id }, { state: { count }, output }) {
                count.value += 1
                output('ids', id)
                yield `${id}: ${count.value}`
                if (id === 2) throw new Error('no')
              },
            }),
          )
          return [counted.pipe(sinkTo('out', sink)), counted.sides.ids.pipe(sinkTo('ids', sides))]
        },
        { onError: (records) => records.pipe(sinkTo('failed', failed)) },
      )
      await run(described, { checkpoints: memoryStore() })
      expect(sink.rows).toEqual(['1: 1', '3: 2'])
      expect(sides.rows).toEqual([1, 3])
      expect(failed.rows).toHaveLength(1)
    },
  )

  it('stops at a late record or update, or hands them to their output', async () => {
    const late = collectSink<Row>()
    const values = [row(0, 10), row(1, 3)].map((value) => ({ value, arrivalTime: 0 }))
    const described = (keeps: boolean) =>
      job('late', ({ from }) => {
        const rows = from('rows', listSource<Row>({ s: values })).pipe(eventTime(timeOf))
        const none = from('none', listSource<Row>({})).pipe(eventTime(timeOf))
        return none.pipe(
          byKey,
          processBroadcast('counted', rows.pipe(table), {
            ...(keeps ? { late: (records: Stream<Row>) => records.pipe(sinkTo('late', late)) } : {}),
            onRecord: ({ id }) => [id],
          }),
          sinkTo('out', collectSink()),
        )
      })
    await expect(run(described(false), { checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'RECORD_LATE',
    })
    await run(described(true), { checkpoints: memoryStore() })
    expect(late.rows).toEqual([row(1, 3)])
  })

  it('has timers of processing time', async () => {
    const got = collectSink<string>()
    const described = job('clock', ({ from }) => {
      const rows = from('rows', listSource({ s: [{ value: row(0, 1), arrivalTime: 0 }] }))
      return rows.pipe(
        byKey,
        processBroadcast('counted', rows.pipe(table), {
          onRecord: (_row, { now, processingTimers }) => {
            processingTimers.set(now + 5)
            return []
          },
          onProcessingTimer: (_time, { key, table }) => [`${key} ${table.size}`],
        }),
        sinkTo('out', got),
      )
    })
    await run(described, { checkpoints: memoryStore(), clock: manualClock() })
    expect(got.rows).toEqual(['a 1'])
  })

  it('shares its table with all keys, and takes no side output named "late"', async () => {
    const rows = [row(0, 0), { ...row(1, 1), key: 'b' }]
    const got = await rowsOf(
      { inputs: [rows, [row(7, 0)]], timeOf, disorderMs: 0 },
      straight,
      (left, right) =>
        left.pipe(
          byKey,
          processBroadcast('seen', right.pipe(table), {
            onRecord: ({ id }, { table }) => [`${id} ${[...table.values()].map((one) => one.id)}`],
          }),
        ),
    )
    expect(got).toEqual(['0 7', '1 7'])
    const taken = (rows: Stream<Row>) =>
      rows.pipe(
        byKey,
        processBroadcast('seen', rows.pipe(table), {
          outputs: { late: output<Row>() },
          onRecord: ({ id }) => [id],
        }),
      )
    expect(() =>
      job('taken', ({ from }) => taken(from('in', listSource<Row>({}))).pipe(sinkTo('out', collectSink()))),
    ).toThrow('a side output of "seen" is called "late"')
  })
})
