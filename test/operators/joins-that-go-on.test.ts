import { type FailedRecord, job, type KeyedStream, run, type Step, type Stream } from 'millrace'
import {
  broadcast,
  coGroup,
  descending,
  eventTime,
  filter,
  groupBy,
  intervalJoin,
  join,
  keyBy,
  lookupJoin,
  map,
  sinkTo,
  temporalJoin,
  toChanges,
  topN,
  tumbling,
  windowJoin,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'

interface Row {
  readonly id: number
  readonly time: number
}
type Keyed = KeyedStream<string, Row>

const values = [0, 1, 2].map((id) => ({ value: { id, time: id }, arrivalTime: id }))

/** Fails on the row 1, as it does on a pair that has it on the left. */
const failing = ({ id }: Row) => {
  if (id === 1) throw new Error(`no ${id}`)
  return id
}
const window = tumbling('1ms')
const table = broadcast<Row, string>(() => 'a')

const joins: Readonly<Record<string, (rows: Keyed) => Step<Keyed, Stream<number>>>> = {
  intervalJoin: (rows) => intervalJoin('joined', rows, { from: '0s', to: '0s' }, failing),
  'intervalJoin without partners': (rows) =>
    intervalJoin('joined', rows, { from: '5ms', to: '9ms', kind: 'left' }, failing),
  'intervalJoin without partners on the right': (rows) =>
    intervalJoin('joined', rows, { from: '5ms', to: '9ms', kind: 'right' }, (_left, right) => failing(right)),
  join: (rows) => join('joined', rows, { keep: '0s' }, failing),
  temporalJoin: (rows) => temporalJoin('joined', rows, {}, failing),
  windowJoin: (rows) => windowJoin('joined', rows, { window }, failing),
  coGroup: (rows) => coGroup('joined', rows, { window }, ({ left }) => left.map(failing)),
  lookupJoin: (rows) => lookupJoin('joined', rows.pipe(table), { by: () => 'a' }, failing),
}

it.each(Object.entries(joins))(
  '%s of a job that goes on leaves out what its function failed on',
  async (_name, joined) => {
    const sink = collectSink<number>()
    const failed = collectSink<FailedRecord>()
    const described = job(
      'goes-on',
      ({ from }) => {
        const rows = from('rows', listSource({ s: values })).pipe(
          eventTime((row) => row.time),
          keyBy(() => 'a'),
        )
        return rows.pipe(joined(rows), sinkTo('out', sink))
      },
      { onError: (records) => records.pipe(sinkTo('failed', failed)) },
    )
    await run(described, { checkpoints: memoryStore() })
    expect(sink.rows.toSorted()).toEqual([0, 2])
    expect(failed.rows.map(({ operator, reason }) => `${operator}: ${reason}`)).toEqual([
      expect.stringContaining('joined: '),
    ])
  },
)

it('a record that a join failed on in the middle of its pairs leaves no trace', async () => {
  const sink = collectSink<string>()
  const all = [0, 1, 2].map((id) => ({ value: { id, time: id }, arrivalTime: id }))
  const described = job(
    'goes-on',
    ({ from }) => {
      const timed = from('rows', listSource({ s: all })).pipe(eventTime((row) => row.time))
      const side = (right: boolean) =>
        timed.pipe(
          filter(({ id }) => (id === 2) === right),
          keyBy(() => 'a'),
        )
      return side(false).pipe(
        intervalJoin('joined', side(true), { from: '-9ms', to: '9ms', kind: 'left' }, (left, right) => {
          if (left.id === 1 && right !== undefined) throw new Error('no')
          return `${left.id}+${right?.id ?? '-'}`
        }),
        sinkTo('out', sink),
      )
    },
    { onError: 'skip' },
  )
  await run(described, { checkpoints: memoryStore() })
  expect(sink.rows).toEqual(['0+-', '1+-'])
})

it('a row that a topN of changes cannot rank leaves no trace', async () => {
  const failed = collectSink<FailedRecord>()
  const sink = collectSink<string>()
  const described = job(
    'goes-on',
    ({ from }) =>
      from('rows', listSource({ s: values }, { perFetch: 1 })).pipe(
        toChanges(({ id }) => id),
        groupBy(() => 'a'),
        topN('best', 2, { by: descending(({ id }) => id), id: failing }),
        map(({ op, key }) => `${op} ${key[1]}`),
        sinkTo('out', sink),
      ),
    { onError: (records) => records.pipe(sinkTo('failed', failed)) },
  )
  await run(described, { checkpoints: memoryStore() })
  expect(sink.rows).toEqual(['insert 0', 'insert 2'])
  expect(failed.rows).toHaveLength(1)
})

it('a hot key costs as little in a job that goes on', async () => {
  const sink = collectSink<number>()
  const rows = Array.from({ length: 50_000 }, (_, id) => ({ value: { id, time: id }, arrivalTime: id }))
  const described = job(
    'goes-on',
    ({ from }) => {
      const keyed = from('rows', listSource({ s: rows }, { perFetch: 1000 })).pipe(
        eventTime((row) => row.time, { outOfOrder: '1d' }),
        keyBy(() => 'a'),
      )
      return keyed.pipe(
        intervalJoin('joined', keyed, { from: '0s', to: '0s' }, ({ id }) => id),
        sinkTo('out', sink),
      )
    },
    { onError: 'skip' },
  )
  await run(described, { checkpoints: memoryStore() })
  expect(sink.rows).toHaveLength(50_000)
}, 40_000)
