import { type Change, type Job, job } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { eventTime, flatMap, sinkTo } from 'millrace/operators'
import { timeOf } from '../../examples/nexmark/events.ts'
import { bidsByMinute, q10 } from '../../examples/nexmark/q10.ts'
import { q19 } from '../../examples/nexmark/q19.ts'
import { entriesOf } from '../bench/nexmark/answer.ts'
import { GeneratedSource } from '../bench/nexmark/generated-source.ts'
import { presets } from '../bench/nexmark/preset.ts'
import type { Row } from '../bench/nexmark/queries.ts'

/** How many events there are, out of order and in four splits. */
export const mortalEvents = 40_000

/** So slow that they take some minutes, over midnight. */
export const mortalPreset = { ...presets.std, rate: 100, group: 400 }

const source = new GeneratedSource({
  preset: mortalPreset,
  events: mortalEvents,
  splits: 4,
  perFetch: 100,
})

/** Lines of changes, as text. */
const lines = deliverySink({
  to: folder('out'),
  format: parquet({ op: 'string', row: 'string' }),
  roll: { size: '1MiB' },
})

const checkpoint = { every: '20ms' } as const

const jobs: Readonly<Record<string, Job>> = {
  q10: job(
    'q10',
    ({ from }) =>
      q10(from('events', source).pipe(eventTime(timeOf, { outOfOrder: '4s' }))).pipe(
        sinkTo('files', bidsByMinute('out')),
      ),
    { checkpoint },
  ),
  q19: job(
    'q19',
    ({ from }) =>
      q19(from('events', source).pipe(eventTime(timeOf, { outOfOrder: '4s' }))).pipe(
        flatMap((change: Change<unknown, Row>) =>
          entriesOf({ answer: 'changes' }, change).map(({ op, row }) => ({ op, row: JSON.stringify(row) })),
        ),
        sinkTo('files', lines),
      ),
    { checkpoint },
  ),
}

/** The job of the query that the environment names. */
export default jobs[process.env['NEXMARK_QUERY'] ?? 'q10']!
