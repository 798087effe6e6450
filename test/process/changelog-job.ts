import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import {
  count,
  descending,
  eventTime,
  groupBy,
  intervalJoin,
  keyBy,
  map,
  max,
  partition,
  runningAggregate,
  sinkTo,
  sum,
  topN,
} from 'millrace/operators'
import type { Reading } from './readings.ts'

const readings = kinesisSource({ stream: 'readings', startAt: 'trim-horizon', decode: json<Reading>() })

/** Rows as texts, in small files. */
const texts = (folder: string) =>
  deliverySink({ to: folderAt(folder), format: parquet({ text: 'string' }), roll: { size: '32KiB' } })

/** Running totals, the best of them, and an outer join. Checkpoints all the time, so that a kill finds it in the middle. */
export default job(
  'changelog',
  ({ from }) => {
    const timed = from('readings', readings).pipe(eventTime((reading) => reading.time, { outOfOrder: '1h' }))
    const totals = timed.pipe(
      keyBy((reading) => reading.sensor),
      runningAggregate('totals', {
        n: count(),
        total: sum((reading) => reading.value),
        most: max((reading) => reading.value),
      }),
    )
    const best = totals.pipe(
      groupBy((row) => row.key.slice(-1)),
      topN('best', 2, { by: descending((row) => row.total), id: (row) => row.key }),
    )
    const [quarters, others] = timed.pipe(partition((reading) => reading.value % 1 !== 0))
    const joined = quarters.pipe(
      keyBy((reading) => reading.sensor),
      intervalJoin(
        'joined',
        others.pipe(keyBy((reading) => reading.sensor)),
        { from: '-10m', to: '3m', kind: 'full' },
        (left, right) => ({ left, right }),
      ),
    )
    const text = map((row: unknown) => ({ text: JSON.stringify(row) }))
    return [
      totals.pipe(text, sinkTo('totals-rows', texts('out/totals'))),
      best.pipe(text, sinkTo('best-rows', texts('out/best'))),
      joined.pipe(text, sinkTo('joined-rows', texts('out/joined'))),
    ]
  },
  { checkpoint: { every: '20ms' } },
)
