import fc from 'fast-check'
import { job, run, type Stream } from 'millrace'
import { coGroup, eventTime, keyBy, session, sinkTo, tumbling } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'
import { distinctRows, type Row, timeOf } from './pairs.ts'

const byKey = keyBy((row: Row) => row.key)
const window = tumbling('10ms')

const described = (key: Row['key'], start: number, left: readonly Row[], right: readonly Row[]) =>
  `${typeof key} ${key} ${start}: ${left.map(({ id }) => id)} | ${right.map(({ id }) => id)}`

describe('coGroup', () => {
  it('brings both sides of each key and window in the order of time, however they come', () =>
    fc.assert(
      fc.asyncProperty(distinctRows, distinctRows, manners, async (left, right, manner) => {
        const got = await rowsOf(
          { inputs: [left, right], timeOf, disorderMs: 5 },
          manner,
          (lefts: Stream<Row>, rights: Stream<Row>) =>
            lefts.pipe(
              byKey,
              coGroup('groups', rights.pipe(byKey), { window }, function* ({ key, window, left, right }) {
                yield described(key, window.start, left, right)
              }),
            ),
        )
        expect(got.toSorted()).toEqual(groups(left, right).toSorted())
      }),
      { numRuns: 60 },
    ))

  it('gives the rows of each session, which both sides keep open, however they come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(
        distinctRows,
        distinctRows,
        fc.integer({ min: 1, max: 12 }),
        manners,
        async (left, right, gap, manner) => {
          const got = await rowsOf(
            { inputs: [left, right], timeOf, disorderMs: 5 },
            manner,
            (lefts: Stream<Row>, rights: Stream<Row>) =>
              lefts.pipe(
                byKey,
                coGroup(
                  'groups',
                  rights.pipe(byKey),
                  { window: session(`${gap}ms`) },
                  ({ key, window, left, right }) => [
                    `${described(key, window.start, left, right)} ${window.end}`,
                  ],
                ),
              ),
          )
          expect(got.toSorted()).toEqual(sessions(left, right, gap).toSorted())
        },
      ),
      { numRuns: 80 },
    ))

  it('stops at a record of either side whose window has closed', async () => {
    const times = [0, 20, 5].map((time, id) => ({ value: { id, key: 'a', time, wait: 0 }, arrivalTime: 0 }))
    const late = job('late', ({ from }) => {
      const keyed = from('rows', listSource({ s: times })).pipe(
        eventTime((row) => row.time),
        keyBy((row) => row.key),
      )
      return keyed.pipe(
        coGroup('groups', keyed, { window }, ({ left }) => left),
        sinkTo('out', collectSink()),
      )
    })
    await expect(run(late, { checkpoints: memoryStore() })).rejects.toMatchObject({ code: 'RECORD_LATE' })
  })
})

/** Sorted rows of a key are one session as long as the pause is no longer than the gap. */
function sessions(left: readonly Row[], right: readonly Row[], gap: number): string[] {
  const all: { key: Row['key']; rows: { row: Row; isLeft: boolean }[] }[] = []
  const inOrder = [
    ...left.map((row) => ({ row, isLeft: true })),
    ...right.map((row) => ({ row, isLeft: false })),
  ].sort((a, b) => a.row.time - b.row.time)
  for (const one of inOrder) {
    const open = all.findLast(({ key }) => key === one.row.key)
    if (open !== undefined && one.row.time <= open.rows.at(-1)!.row.time + gap) open.rows.push(one)
    else all.push({ key: one.row.key, rows: [one] })
  }
  return all.map(({ key, rows }) => {
    const side = (wanted: boolean) => rows.filter(({ isLeft }) => isLeft === wanted).map(({ row }) => row)
    return `${described(key, rows[0]!.row.time, side(true), side(false))} ${rows.at(-1)!.row.time + gap}`
  })
}

function groups(left: readonly Row[], right: readonly Row[]): string[] {
  const start = ({ time }: Row) => Math.floor(time / 10) * 10
  const within = (one: Row) => (other: Row) => other.key === one.key && start(other) === start(one)
  const ordered = (rows: readonly Row[]) => rows.toSorted((a, b) => a.time - b.time)
  const all = [...left, ...right].map((one) =>
    described(one.key, start(one), ordered(left.filter(within(one))), ordered(right.filter(within(one)))),
  )
  return [...new Set(all)]
}
