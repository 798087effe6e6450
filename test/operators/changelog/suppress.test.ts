import fc from 'fast-check'
import type { Stream } from 'millrace'
import { keyBy, map, runningAggregate, sinkTo, sum, suppress } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { expect, it } from 'vitest'
import { manners, rowsOf, straight } from '../anyhow.ts'
import { grouped } from '../grouped.ts'

interface Reading {
  readonly meter: string
  readonly time: number
  readonly watts: number
}

const reading: fc.Arbitrary<Reading> = fc.record({
  meter: fc.constantFrom('a', 'b'),
  time: fc.nat({ max: 60 }),
  watts: fc.integer({ min: 1, max: 9 }),
})

const startOf = ({ time }: Reading) => Math.floor(time / 10) * 10

/** A result of each ten milliseconds for every reading. */
const early = (readings: Stream<Reading>) =>
  readings.pipe(
    keyBy((reading) => `${reading.meter} ${startOf(reading)}`),
    runningAggregate('early', { watts: sum((reading) => reading.watts) }, { emit: 'every-record' }),
    map((change) => {
      const { key, watts } = change.op === 'delete' ? change.before : change.value
      const [meter = '', start] = key.split(' ')
      return { key: meter, window: { start: Number(start), end: Number(start) + 10 }, watts }
    }),
  )

it('lets the last result of each window pass, once it is final, in the order of windows and keys', () =>
  fc.assert(
    fc.asyncProperty(fc.array(reading), manners, async (values, manner) => {
      const rows = await rowsOf(
        { inputs: [values], timeOf: ({ time }) => time, disorderMs: 5 },
        manner,
        (readings) => early(readings).pipe(suppress('final')),
      )
      const groups = grouped(values, (one) => `${String(startOf(one)).padStart(2, '0')} ${one.meter}`)
      const expected = [...groups]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([group, own]) => {
          return `${group} ${own.reduce((sum, { watts }) => sum + watts, 0)}`
        })
      expect(
        rows.map(({ key, window, watts }) => `${String(window.start).padStart(2, '0')} ${key} ${watts}`),
      ).toEqual(expected)
    }),
    { numRuns: 60 },
  ))

it('stops at a result that comes after the final one, or hands it to its output', async () => {
  const row = (end: number) => ({ key: 'a', window: { start: end - 10, end }, time: end })
  const trial = { inputs: [[row(10), row(40)]], timeOf: ({ time }: { time: number }) => time, disorderMs: 0 }
  const lates = collectSink<ReturnType<typeof row>>()
  const toLates = { late: (rows: Stream<ReturnType<typeof row>>) => rows.pipe(sinkTo('late', lates)) }
  const late = (keeps: boolean) => (rows: Stream<ReturnType<typeof row>>) =>
    rows.pipe(
      map((one) => (one.window.end === 40 ? { ...one, window: { start: -20, end: -10 } } : one)),
      suppress('final', keeps ? toLates : {}),
    )
  await expect(rowsOf(trial, { ...straight, perFetch: 1 }, late(false))).rejects.toMatchObject({
    code: 'RECORD_LATE',
  })
  expect(await rowsOf(trial, { ...straight, perFetch: 1 }, late(true))).toEqual([row(10)])
  expect(lates.rows.map(({ window }) => window.end)).toEqual([-10])
})
