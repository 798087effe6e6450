import fc from 'fast-check'
import type { Change, Stream } from 'millrace'
import {
  ascending,
  keyBy,
  map,
  runningAggregate,
  type SuppressChangesOptions,
  sinkTo,
  sum,
  suppressChanges,
  tap,
  topN,
  toTable,
} from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf, straight } from '../anyhow.ts'
import { grouped } from '../grouped.ts'
import { tableOf } from './table-of.ts'

interface Reading {
  readonly meter: string
  readonly time: number
  readonly watts: number
}

const reading: fc.Arbitrary<Reading> = fc.record({
  meter: fc.constantFrom('a', 'b'),
  time: fc.nat({ max: 60 }),
  watts: fc.integer({ min: 0, max: 4 }),
})
/** One of a meter at a time, so that there is a last one. */
const readings = fc.uniqueArray(reading, { selector: ({ meter, time }) => `${meter} ${time}`, maxLength: 40 })
const trialOf = (values: readonly Reading[]) => ({
  inputs: [values],
  timeOf: ({ time }: Reading) => time,
  disorderMs: 5,
})

/** The watts of each meter in each ten milliseconds, told of every reading. */
const perTen = (readings: Stream<Reading>) =>
  readings.pipe(
    keyBy(({ meter, time }) => `${String(Math.floor(time / 10)).padStart(2, '0')} ${meter}`),
    runningAggregate('early', { watts: sum(({ watts }) => watts) }, { emit: 'every-record' }),
  )
const endOf = ({ key }: { key: string }) => Number(key.slice(0, 2)) * 10 + 9

describe('suppressChanges until a time of the row', () => {
  it('lets one change of each row pass, the final one, in the order of time and keys', () =>
    fc.assert(
      fc.asyncProperty(fc.array(reading), manners, async (values, manner) => {
        const changes = await rowsOf(trialOf(values), manner, (stream: Stream<Reading>) =>
          perTen(stream).pipe(suppressChanges('final', { until: endOf })),
        )
        const groups = grouped(values, ({ meter, time }) => {
          return `${String(Math.floor(time / 10)).padStart(2, '0')} ${meter}`
        })
        const expected = [...groups]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, own]) => ({
            op: 'insert',
            key,
            value: { key, watts: own.reduce((total, { watts }) => total + watts, 0) },
          }))
        expect(changes).toEqual(expected)
      }),
      { numRuns: 60 },
    ))

  const change = (value: string, before?: string): Change<string, string> =>
    before === undefined ? { op: 'insert', key: 'a', value } : { op: 'update', key: 'a', value, before }
  const timed = { inputs: [['0', '10', '40', '5']], timeOf: () => 0, disorderMs: 0 }

  it('stops at a change that comes after it, or hands it to its output', async () => {
    const lates = collectSink<Change<string, string>>()
    const row = (time: number, until: number) => ({ time, until })
    const trial = { ...timed, inputs: [[row(0, 9), row(30, 39), row(31, 5), row(32, 31)]], timeOf: timeOfRow }
    const build = (keeps: boolean) => (rows: Stream<ReturnType<typeof row>>) =>
      rows.pipe(
        map(({ until }) => change(String(until))),
        suppressChanges('final', {
          until: Number,
          ...(keeps ? { late: (changes) => changes.pipe(sinkTo('late', lates)) } : {}),
        } as SuppressChangesOptions<string, string>),
      )
    await expect(rowsOf(trial, { ...straight, perFetch: 1 }, build(false))).rejects.toMatchObject({
      code: 'RECORD_LATE',
      happened: expect.stringContaining('a change of the row "a" came after 1970-01-01T00:00:00.005Z'),
    })
    expect(await rowsOf(trial, { ...straight, perFetch: 1 }, build(true))).toEqual([
      change('9'),
      change('39'),
    ])
    expect(lates.rows).toEqual([change('5'), change('31')])
  })

  it('stops at a row that says no time', () =>
    expect(
      rowsOf({ ...timed, inputs: [['soon']] }, straight, (rows: Stream<string>) =>
        rows.pipe(
          map((row) => change(row)),
          suppressChanges('final', { until: Number }),
        ),
      ),
    ).rejects.toMatchObject({ code: 'OPERATOR_FAILED', happened: expect.stringContaining('NaN') }))
})

describe('what suppressChanges lets pass', () => {
  interface Step {
    readonly key: string
    readonly value: number
    readonly wait: number
    readonly gone: boolean
    readonly time: number
  }
  const steps: fc.Arbitrary<Step[]> = fc
    .array(
      fc.record({
        key: fc.constantFrom('a', 'b'),
        value: fc.nat({ max: 3 }),
        wait: fc.integer({ min: -2, max: 15 }),
        gone: fc.boolean(),
        pause: fc.nat({ max: 8 }),
      }),
      { maxLength: 30 },
    )
    .map((drawn) => {
      let time = 0
      return drawn.map(({ pause, ...step }) => {
        time += pause
        return { ...step, time }
      })
    })
  const holding = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined })
  const held = (after: number | undefined, lates: string[]) => (stream: Stream<Step>) =>
    stream.pipe(
      keyBy(({ key }) => key),
      toTable('rows', { deletedIf: ({ gone }) => gone, emit: 'every-record' }),
      suppressChanges(
        'held',
        after === undefined
          ? {
              until: ({ time, wait }) => time + wait,
              late: (changes) =>
                changes.pipe(
                  tap((change) => lates.push(JSON.stringify(change))),
                  sinkTo('late', collectSink()),
                ),
            }
          : { after: `${after}ms` },
      ),
      map((change) => JSON.stringify(change)),
    )

  it('is the same of records in order, however they are batched, also what is late', () =>
    fc.assert(
      fc.asyncProperty(steps, holding, fc.integer({ min: 1, max: 9 }), async (values, after, perFetch) => {
        const trial = { inputs: [values], timeOf: timeOfRow, disorderMs: 0 }
        const [lates, others]: [string[], string[]] = [[], []]
        const one = await rowsOf(trial, { ...straight, perFetch: 1 }, held(after, lates))
        const many = await rowsOf(trial, { ...straight, perFetch }, held(after, others))
        expect(many.sort()).toEqual(one.sort())
        expect(others).toEqual(lates)
      }),
      { numRuns: 60 },
    ))
})

const timeOfRow = ({ time }: { time: number }) => time

describe('suppressChanges for a time', () => {
  it('comes to the same rows, with changes that fit, however records come', () =>
    fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 1, max: 30 }), manners, async (values, after, manner) => {
        const table = (stream: Stream<Reading>) =>
          stream.pipe(
            keyBy(({ meter }) => meter),
            toTable('meters', { deletedIf: ({ watts }) => watts === 0, emit: 'every-record' }),
          )
        const all = await rowsOf(trialOf(values), manner, table)
        const held = await rowsOf(trialOf(values), manner, (stream: Stream<Reading>) =>
          table(stream).pipe(suppressChanges('held', { after: `${after}ms` })),
        )
        expect(tableOf(held)).toEqual(tableOf(all))
        // The changes of a meter are further apart than that, so they are no more than times of that length.
        const most = 2 * Math.ceil(67 / after)
        expect(held.length).toBeLessThanOrEqual(most)
      }),
      { numRuns: 60 },
    ))

  it('holds rows whose keys have several parts, and says nothing of what comes to nothing', async () => {
    const values = [3, 2, 1].map((watts, time) => ({ meter: 'a', time, watts }))
    const changes = await rowsOf(trialOf(values), { ...straight, perFetch: 1 }, (stream: Stream<Reading>) =>
      stream.pipe(
        keyBy(({ meter }) => meter),
        topN('least', 2, { by: ascending(({ watts }) => watts), id: ({ watts }) => watts }),
        suppressChanges('held', { after: '1s' }),
        map(({ op, key }) => `${op} ${key}`),
      ),
    )
    expect(changes).toEqual(['insert a,2', 'insert a,1'])
  })

  it('refuses no time', () => {
    expect(() => suppressChanges('held', { after: '0s' })).toThrow('"after" of "held" must be more than 0')
  })
})
