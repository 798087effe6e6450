import { type Duration, type Job, job, type Stream } from 'millrace'
import { eventTime, sinkTo } from 'millrace/operators'
import { listSource } from 'millrace/testing'
import { type NexmarkEvent, timeOf } from '../../../examples/nexmark/events.ts'
import type { Sink } from '../../../src/contract/sink.ts'
import type { Source } from '../../../src/contract/source.ts'
import type { Query } from './queries.ts'

/** What a query runs on. */
export interface Setting {
  readonly events: Source<NexmarkEvent>
  readonly results: Sink<unknown>
  /** How far events may be out of order. */
  readonly outOfOrder: Duration
  readonly checkpointEvery: Duration
}

/** The table of q13: each key stands for its own digits. */
const table = listSource(
  {
    all: Array.from({ length: 10_000 }, (_, key) => ({ value: { key, value: String(key) }, arrivalTime: 0 })),
  },
  { perFetch: 10_000 },
)

/** The job that answers a query. */
export function queryJob(name: string, query: Query, setting: Setting): Job {
  const { outOfOrder, checkpointEvery } = setting
  return job(
    name,
    ({ from }) => {
      const events = from('events', setting.events).pipe(eventTime(timeOf, { outOfOrder }))
      const results: Stream<unknown> = query.of({ events, table: () => from('side-input', table) })
      return results.pipe(sinkTo('results', setting.results))
    },
    { checkpoint: { every: checkpointEvery } },
  )
}
