import fc from 'fast-check'
import { type Change, job, type KeyedStream, run, type Stream } from 'millrace'
import {
  ascending,
  deduplicate,
  eventTime,
  groupBy,
  type IdleOption,
  joinChanges,
  keyBy,
  keyChangesBy,
  map,
  runningAggregate,
  sinkTo,
  sum,
  temporalJoin,
  toChanges,
  topN,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from '../anyhow.ts'
import { grouped } from '../grouped.ts'

interface Row {
  readonly id: number
  readonly key: string
  readonly time: number
  readonly value: number
}
type Keyed = KeyedStream<string, Row>

const drawn: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      time: fc.nat({ max: 49 }).map((half) => 2 * half),
      value: fc.nat({ max: 5 }),
    }),
    { maxLength: 30 },
  )
  .map((rows) => rows.toSorted((a, b) => a.time - b.time).map((row, id) => ({ id, ...row })))

const by = ascending((row: Row) => row.value)
const pair = (left: Row, right: Row) => `${left.id}+${right.id}`

/** What forgets idle keys, each of plain records of which every result shows what is known. */
const verbs: Readonly<Record<string, (rows: Keyed, options: IdleOption) => Stream<unknown>>> = {
  topN: (rows, options) => rows.pipe(topN('known', 2, { by, ...options })),
  'topN by id': (rows, options) => rows.pipe(topN('known', 2, { by, id: ({ id }) => id % 3, ...options })),
  'topN of changes': (rows, options) =>
    rows.pipe(
      toChanges(({ id }) => id),
      groupBy(({ key }) => key),
      topN('known', 2, { by, ...options }),
    ),
  deduplicate: (rows, options) =>
    rows.pipe(deduplicate('known', { keep: 'last', emit: 'changes', ...options })),
  runningAggregate: (rows, options) =>
    rows.pipe(runningAggregate('known', { total: sum(({ value }) => value) }, options)),
  joinChanges: (rows, options) => {
    const changes = rows.pipe(
      toChanges(({ id }) => id),
      keyChangesBy(({ key }) => key),
    )
    return changes.pipe(joinChanges('known', changes, options, pair))
  },
  temporalJoin: (rows, options) =>
    rows.pipe(
      temporalJoin(
        'known',
        rows,
        { kind: 'left', version: (row) => (row.value < 3 ? row : null), ...options },
        (row, version) => `${row.id} ${version?.id ?? '-'}`,
      ),
    ),
}

/** The last change of each key, or all results that are no changes. */
function comesTo(rows: readonly unknown[]): unknown[] {
  const last = new Map<string, unknown>()
  for (const row of rows) {
    const { op, key, value } = row as Change<unknown, unknown> & { value?: unknown }
    if (op === undefined) last.set(String(row), row)
    else if (op === 'delete') last.delete(String(key))
    else last.set(String(key), value)
  }
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1))
}

describe.each(Object.entries(verbs))('%s that forgets idle keys', (_name, verb) => {
  const resultOf = (
    rows: readonly Row[],
    manner: Parameters<typeof rowsOf>[1],
    options: IdleOption,
    disorderMs = 0,
  ) =>
    rowsOf({ inputs: [rows], timeOf: ({ time }) => time, disorderMs }, manner, (stream: Stream<Row>) =>
      verb(stream.pipe(keyBy(({ key }) => key)), options),
    )

  it('does as if a key that comes back were a new one', () =>
    fc.assert(
      fc.asyncProperty(drawn, fc.nat({ max: 20 }), manners, async (rows, half, { failures }) => {
        const idle = 2 * half
        const manner = { spread: [0], delays: [0], perFetch: 1, failures }
        // Each life of a key is a key of its own.
        const lives = [...grouped(rows, ({ key }) => key).values()].flatMap((own) => {
          let life = 0
          return own.map((row, index) => {
            if (index > 0 && row.time - own[index - 1]!.time > idle) life += 1
            return { ...row, key: `${row.key}${life}` }
          })
        })
        // Another key moves the watermark on before each time at which a row may come.
        const others = Array.from({ length: 50 }, (_, at) => ({
          id: -1,
          key: 'z',
          time: 2 * at - 1,
          value: 0,
        }))
        const all = [...rows, ...others].sort((a, b) => a.time - b.time)
        const forgetting = await resultOf(all, manner, { idle: `${idle}ms` })
        const apart = await resultOf(
          lives.toSorted((a, b) => a.id - b.id),
          manner,
          {},
        )
        const nameless = (row: unknown) => JSON.stringify(row).replaceAll(/([abc])\d+/g, '$1')
        const ofRows = forgetting.map(nameless).filter((row) => !row.includes('-1') && !row.includes('z'))
        expect(ofRows.sort()).toEqual(apart.map(nameless).sort())
      }),
      { numRuns: 20 },
    ))

  it('shows nothing of it if the time is long enough', () =>
    fc.assert(
      fc.asyncProperty(drawn, manners, async (rows, manner) => {
        const forgetting = await resultOf(rows, manner, { idle: '110ms' }, 5)
        expect(comesTo(forgetting)).toEqual(comesTo(await resultOf(rows, manner, {}, 5)))
      }),
      { numRuns: 20 },
    ))

  it('counts the keys that it forgets, and refuses what is no duration', async () => {
    const rows = [0, 50, 51].map((time, id) => ({ id, key: id === 1 ? 'b' : 'a', time, value: 1 }))
    const source = listSource(
      { s: rows.map((value) => ({ value, arrivalTime: value.time })) },
      { perFetch: 1 },
    )
    const described = (options: IdleOption) =>
      job('idle', ({ from }) => {
        const keyed = from('rows', source).pipe(
          eventTime(({ time }) => time),
          keyBy(({ key }) => key),
        )
        return verb(keyed, options).pipe(map(String), sinkTo('out', collectSink()))
      })
    const running = run(described({ idle: '10ms' }), { checkpoints: memoryStore() })
    const { metrics } = await running
    expect(metrics.counters['known.forgotten']).toBe(1)
    expect(() => described({ idle: '10 minutes' as '10m' })).toThrow(/10 minutes/)
  })
})
