import process from 'node:process'
import { diskState, job, json, memoryState } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { apply, eventTime, keyBy, map, session, sinkTo, window } from 'millrace/operators'
import { paced } from './paced-source.ts'
import { lake, restart, store } from './place.ts'
import { counted } from './troubles.ts'
import { gap, loaded, sessionOf, type Visit } from './visits.ts'

const visits = kinesisSource({
  stream: 'visits',
  startAt: 'trim-horizon',
  decode: json<Visit>(),
  recordsPerFetch: 130,
})

const sessions = deliverySink({
  to: lake,
  format: parquet({ visitor: 'string', start: 'int64', end: 'int64', pages: 'int64', print: 'string' }),
  roll: { size: '32KiB' },
})

/** The disk that keeps state is the one that may be full. */
const state = process.env['ORDEAL_STATE'] === 'disk' ? diskState({ folder: '.' }) : memoryState()

/** Sessions that keep every page they saw, tens of megabytes at any time. */
export default job(
  'visits',
  ({ from }) =>
    from('visits', paced(visits)).pipe(
      map(counted),
      eventTime((visit) => visit.time, { outOfOrder: '2m' }),
      map(loaded),
      keyBy((page) => page.visitor),
      window(session(gap)),
      apply('pages', (visitor, _window, pages) => [sessionOf(String(visitor), [...pages])]),
      sinkTo('lake', sessions),
    ),
  { checkpoint: { every: '20ms', store }, restart, state },
)
