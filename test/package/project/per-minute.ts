// A user's job in TypeScript, for `millrace run`.
import { type Job, job } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { aggregate, count, eventTime, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { listSource } from 'millrace/testing'

interface Click {
  page: string
  time: number
}

const clicks = Array.from({ length: 600 }, (_, second) => ({
  value: { page: second % 3 === 0 ? '/home' : '/cart', time: second * 1000 } satisfies Click,
  arrivalTime: second * 1000,
}))

const perMinute: Job = job(
  'per-minute',
  ({ from }) =>
    from('clicks', listSource({ all: clicks }, { perFetch: 50 })).pipe(
      eventTime((click) => click.time),
      keyBy((click) => click.page),
      window(tumbling('1m')),
      aggregate('counts', { clicks: count() }),
      map(({ key, window, clicks }) => ({ page: key, minute: window.start, clicks })),
      sinkTo(
        'rows',
        deliverySink({
          to: folder('per-minute'),
          format: parquet({ page: 'string', minute: 'timestamp', clicks: 'int64' }),
        }),
      ),
    ),
  { checkpoint: { every: '1s' } },
)

export default perMinute
