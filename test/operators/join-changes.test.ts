import fc from 'fast-check'
import type { Change, Stream } from 'millrace'
import { flatMap, joinChanges, keyBy, keyChangesBy, map, toChanges } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'
import { kinds, pair, pairsWhere, type Row, rows, timeOf } from './pairs.ts'

/** What is left of a changelog, every change of which must fit. */
function lastOf(changes: readonly Change<string, string>[]): string[] {
  const rows = new Map<string, string>()
  for (const change of changes) {
    expect(rows.get(change.key)).toBe(change.op === 'insert' ? undefined : change.before)
    if (change.op === 'delete') rows.delete(change.key)
    else rows.set(change.key, change.value)
  }
  return [...rows.values()].sort()
}

/** A table's life: each step writes a row or deletes it. */
const lives = fc
  .array(
    fc.record({
      id: fc.nat({ max: 3 }),
      key: fc.constantFrom('a', 'b'),
      wait: fc.nat(9),
      gone: fc.boolean(),
    }),
    { maxLength: 20 },
  )
  .map(changesOf)

interface Life {
  readonly time: number
  readonly change: Change<number, Row>
}

function changesOf(steps: readonly (Omit<Row, 'time'> & { gone: boolean })[]) {
  const table = new Map<number, Row>()
  const life: Life[] = []
  for (const [time, { gone, ...step }] of steps.entries()) {
    const before = table.get(step.id)
    const value = { ...step, time }
    if (gone) table.delete(step.id)
    else table.set(step.id, value)
    if (gone && before !== undefined) life.push({ time, change: { op: 'delete', key: step.id, before } })
    else if (!gone && before !== undefined)
      life.push({ time, change: { op: 'update', key: step.id, value, before } })
    else if (!gone) life.push({ time, change: { op: 'insert', key: step.id, value } })
  }
  return { life, table: [...table.values()] }
}

/** Changes of rows in any order: of rows that are there already, or never came. */
const anyChanges = fc
  .array(fc.record({ id: fc.nat({ max: 5 }), op: fc.constantFrom('insert', 'update', 'delete') }), {
    maxLength: 25,
  })
  .map((steps): Life[] =>
    steps.map(({ id, op }, time) => {
      const value = { id, key: keyOf(id), time, wait: 0 }
      if (op === 'delete') return { time, change: { op, key: id, before: value } }
      if (op === 'update') return { time, change: { op, key: id, value, before: value } }
      return { time, change: { op: 'insert', key: id, value } }
    }),
  )

const keyOf = (id: number) => (id % 2 === 0 ? 'a' : 'b')

function present(life: readonly Life[]): Row[] {
  const rows = new Map<number, Row>()
  for (const { change } of life) {
    if (change.op === 'delete') rows.delete(change.key)
    else rows.set(change.key, change.value)
  }
  return [...rows.values()]
}

describe('joinChanges', () => {
  it('of rows that only come gives the join of all, however they come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(rows, rows, kinds, manners, async (left, right, kind, manner) => {
        const got = await rowsOf(
          { inputs: [left, right], timeOf, disorderMs: 5 },
          manner,
          (...sides: Stream<Row>[]) => {
            const [lefts, rights] = sides.map((side) =>
              side.pipe(
                toChanges((row) => row.id),
                keyChangesBy((row) => row.key),
              ),
            )
            return lefts!.pipe(joinChanges('pairs', rights!, { kind }, pair))
          },
        )
        expect(lastOf(got)).toEqual(pairsWhere(left, right, () => true, kind))
      }),
      { numRuns: 60 },
    ))

  it('follows updates, deletions and rows that change their key', () =>
    fc.assert(
      fc.asyncProperty(lives, lives, kinds, manners, async (left, right, kind, { perFetch, failures }) => {
        const inOrder = { spread: [0], delays: [0], perFetch, failures }
        const got = await rowsOf(
          { inputs: [left.life, right.life], timeOf: ({ time }: Life) => time, disorderMs: 5 },
          inOrder,
          (...sides: Stream<Life>[]) => {
            const [lefts, rights] = sides.map((side) =>
              side.pipe(
                map(({ change }) => change),
                keyChangesBy((row) => row.key),
              ),
            )
            return lefts!.pipe(
              joinChanges('pairs', rights!, { kind }, (one, other) => `${pair(one, other)} ${one?.wait}`),
            )
          },
        )
        expect(lastOf(got).map((row) => row.split(' ')[0])).toEqual(
          pairsWhere(left.table, right.table, () => true, kind),
        )
      }),
      { numRuns: 80 },
    ))

  it('makes the best of changes that do not fit: what is there counts, whatever it is called', () =>
    fc.assert(
      fc.asyncProperty(
        anyChanges,
        anyChanges,
        kinds,
        manners,
        async (left, right, kind, { perFetch, failures }) => {
          const got = await rowsOf(
            { inputs: [left, right], timeOf: ({ time }: Life) => time, disorderMs: 5 },
            { spread: [0], delays: [0], perFetch, failures },
            (...sides: Stream<Life>[]) => {
              const [lefts, rights] = sides.map((side) =>
                side.pipe(
                  map(({ change }) => change),
                  keyBy((change) => keyOf(change.key)),
                ),
              )
              return lefts!.pipe(joinChanges('pairs', rights!, { kind }, pair))
            },
          )
          expect(lastOf(got)).toEqual(pairsWhere(present(left), present(right), () => true, kind))
        },
      ),
      { numRuns: 60 },
    ))

  it('takes the padded row back when a partner comes, and gives it again when the last one goes', async () => {
    const row = (id: number): Row => ({ id, key: 'a', time: id, wait: 0 })
    const left: Life[] = [{ time: 0, change: { op: 'insert', key: 0, value: row(0) } }]
    const right: Life[] = [
      { time: 1, change: { op: 'insert', key: 1, value: row(1) } },
      { time: 2, change: { op: 'delete', key: 1, before: row(1) } },
    ]
    const got = await rowsOf(
      { inputs: [[...left, ...right]], timeOf: ({ time }: Life) => time, disorderMs: 0 },
      { spread: [0], delays: [0], perFetch: 1, failures: [] },
      (all: Stream<Life>) => {
        const side = (ids: readonly number[]) =>
          all.pipe(
            flatMap(({ change }) => (ids.includes(change.key) ? [change] : [])),
            keyChangesBy((row: Row) => row.key),
          )
        return side([0]).pipe(joinChanges('pairs', side([1]), { kind: 'left' }, pair))
      },
    )
    expect(got).toEqual([
      { op: 'insert', key: '0/-', value: '0+-' },
      { op: 'delete', key: '0/-', before: '0+-' },
      { op: 'insert', key: '0/1', value: '0+1' },
      { op: 'delete', key: '0/1', before: '0+1' },
      { op: 'insert', key: '0/-', value: '0+-' },
    ])
  })
})
