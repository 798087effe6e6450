import { type Job, job } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import {
  aggregate,
  asyncMap,
  average,
  broadcast,
  connectBroadcast,
  count,
  countDistinct,
  countWindow,
  deduplicate,
  descending,
  eventTime,
  intervalJoin,
  join,
  keyBy,
  listState,
  map,
  mapState,
  matchPattern,
  max,
  pattern,
  process,
  quantiles,
  reduce,
  runningAggregate,
  session,
  sinkTo,
  sliding,
  suppress,
  topN,
  toTable,
  tumbling,
  valueState,
  window,
  windowJoin,
} from 'millrace/operators'
import { type CollectSink, collectSink, listSource } from 'millrace/testing'

/** What a sensor says. */
interface Reading {
  readonly id: number
  readonly sensor: string
  readonly at: number
  readonly value: number
}

const sensors = ['alpha', 'beta', 'gamma', 'été']
const begin = Date.UTC(2001, 0, 1)

/** Always the same readings: a minute has twelve, somewhat out of order. */
export const readings: readonly Reading[] = Array.from({ length: 240 }, (_, id) => ({
  id,
  sensor: sensors[(id * 7 + (id >> 3)) % sensors.length]!,
  at: begin + id * 5_000 - (id % 3) * 2_000,
  value: (id * 37) % 101,
}))

/** A job, and what its sinks show. Nothing in it may ever change: checkpoints of it are kept. */
export interface Everything {
  readonly job: Job
  readonly sinks: Readonly<Record<string, CollectSink<unknown>>>
}

/**
 * A job with every kind of state that there is.
 *
 * @param until How many readings there are so far; after them the sources stay open, unless these are all.
 * @param folder Where its files go.
 */
export function everything(until: number, folder: string): Everything {
  const endless = until < readings.length
  const records = (own: (reading: Reading) => boolean) =>
    readings
      .slice(0, until)
      .filter(own)
      .map((value) => ({ value, arrivalTime: value.at }))
  const sinks: Record<string, CollectSink<unknown>> = {}
  const kept = (name: string) => {
    const sink = collectSink<unknown>()
    sinks[name] = sink
    return sink
  }
  const described = job(
    'everything',
    ({ from }) => {
      const all = from('readings', listSource({ all: records(() => true) }, { endless })).pipe(
        eventTime((reading) => reading.at, { outOfOrder: '10s' }),
      )
      const others = from('others', listSource({ all: records(({ id }) => id % 5 === 0) }, { endless })).pipe(
        eventTime((reading) => reading.at, { outOfOrder: '10s' }),
        keyBy((reading) => reading.sensor),
      )
      const limits = from(
        'limits',
        listSource({ all: records(({ id }) => id % 20 === 0) }, { endless }),
      ).pipe(
        eventTime((reading) => reading.at, { outOfOrder: '10s' }),
        broadcast((reading: Reading) => reading.sensor),
      )
      const keyed = all.pipe(keyBy((reading) => reading.sensor))
      const rising = pattern<Reading>()
        .begin('low', (reading) => reading.value < 40)
        .followedBy('high', (reading, { low }) => reading.value > low.value + 40)
        .within('10m')
      const pair = (left: Reading, right: Reading) => [left.id, right.id]
      return [
        keyed.pipe(
          window(tumbling('10m')),
          aggregate('tumbled', {
            n: count(),
            mean: average((reading) => reading.value),
            distinct: countDistinct((reading) => reading.value % 10),
            middle: quantiles((reading) => reading.value, [0.5]),
          }),
          suppress('suppressed'),
          sinkTo('tumbled-rows', kept('tumbled-rows')),
        ),
        keyed.pipe(
          window(sliding('6m', '2m')),
          aggregate('slid', { most: max((reading) => reading.value) }),
          sinkTo('slid-rows', kept('slid-rows')),
        ),
        keyed.pipe(
          window(session('1m')),
          aggregate('sessions', { n: count() }),
          sinkTo('session-rows', kept('session-rows')),
        ),
        keyed.pipe(
          window(countWindow(7)),
          reduce('counted', (a, b) => (b.value > a.value ? b : a)),
          sinkTo('counted-rows', kept('counted-rows')),
        ),
        keyed.pipe(
          intervalJoin('near', others, { from: '-1m', to: '1m' }, pair),
          sinkTo('near-rows', kept('near-rows')),
        ),
        keyed.pipe(join('joined', others, { keep: '5m' }, pair), sinkTo('joined-rows', kept('joined-rows'))),
        keyed.pipe(
          windowJoin('windowed', others, { window: tumbling('5m') }, pair),
          sinkTo('windowed-rows', kept('windowed-rows')),
        ),
        keyed.pipe(matchPattern('rising', rising), sinkTo('rising-rows', kept('rising-rows'))),
        all.pipe(
          connectBroadcast('limited', limits, {}, (reading, known) =>
            reading.value > (known.get(reading.sensor)?.value ?? 0) ? [reading.id] : [],
          ),
          sinkTo('limited-rows', kept('limited-rows')),
        ),
        keyed.pipe(
          process('timed', {
            state: {
              total: valueState(0),
              last: listState<number>(),
              seen: mapState<number, Date>({ ttl: { after: '10m' } }),
            },
            *onRecord(reading, { state, timers }) {
              state.total.value += reading.value
              state.last.add(reading.id)
              state.seen.set(reading.value % 4, new Date(reading.at))
              timers.set(reading.at + 90_000)
              if (reading.id % 50 === 0) yield { seen: [...state.seen.keys()] }
            },
            *onTimer(time, { key, state }) {
              yield { key, time, total: state.total.value, last: [...state.last], seen: state.seen.size }
              state.last.clear()
            },
          }),
          sinkTo('timed-rows', kept('timed-rows')),
        ),
        keyed.pipe(runningAggregate('running', { n: count() }), sinkTo('running-rows', kept('running-rows'))),
        keyed.pipe(
          topN('best', 2, { by: [descending((reading) => reading.value)] }),
          sinkTo('best-rows', kept('best-rows')),
        ),
        keyed.pipe(toTable('table'), sinkTo('table-rows', kept('table-rows'))),
        keyed.pipe(
          keyBy((reading) => reading.value),
          deduplicate('once', { keep: 'first', within: '10m' }),
          sinkTo('once-rows', kept('once-rows')),
        ),
        all.pipe(
          asyncMap(async (reading) => ({ ...reading, doubled: reading.value * 2 })),
          map(({ id, sensor, doubled }) => ({ id, sensor, doubled })),
          sinkTo(
            'lake',
            deliverySink({
              to: folderAt(folder),
              // The writer that version 0.1 had: the bytes of its files are kept too.
              format: parquet(
                { id: 'int64', sensor: 'string', doubled: 'int64' },
                { writer: 'parquetjs-lite' },
              ),
              partitionBy: (row) => ({ sensor: row.sensor }),
              roll: { size: '1KiB', age: '1d' },
            }),
          ),
        ),
      ]
    },
    { checkpoint: { every: '1h' } },
  )
  return { job: described, sinks }
}
