import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { apply, eventTime, keyBy, session, sinkTo, window } from 'millrace/operators'
import { lateStore } from './late-store.ts'
import { sessionOf, type Visit } from './visits.ts'

const visits = kinesisSource({ stream: 'visits', startAt: 'trim-horizon', decode: json<Visit>() })

const lake = deliverySink({
  to: folder('out'),
  format: parquet({ visitor: 'string', start: 'int64', end: 'int64', pages: 'int64', print: 'string' }),
  roll: { size: '8KiB' },
})

/** Sessions that keep every page they saw: most of its state is open at any time. */
export default job(
  'sessions',
  ({ from }) =>
    from('visits', visits).pipe(
      eventTime((visit) => visit.time, { outOfOrder: '2m' }),
      keyBy((visit) => visit.visitor),
      window(session('5m')),
      apply('pages', (visitor, _window, pages) => [sessionOf(String(visitor), [...pages])]),
      sinkTo('lake', lake),
    ),
  { checkpoint: { every: '20ms', store: lateStore('checkpoints') } },
)
