import process from 'node:process'
import { job, json } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { openSearch } from 'millrace/connectors/opensearch'
import { sinkTo } from 'millrace/operators'

/** What the job delivers. One whose id is no number is refused. */
export interface Article {
  readonly id: number | string
  readonly text: string
}

const articles = kinesisSource({ stream: 'articles', startAt: 'trim-horizon', decode: json<Article>() })

const refused = deliverySink({
  to: folder('refused'),
  format: parquet({ errorCode: 'string', errorMessage: 'string', rawData: 'string' }),
  roll: { size: '1KiB' },
})

/** Sends small batches all the time, so that a kill finds it in the middle of something. */
export default job(
  'articles',
  ({ from }) =>
    from('articles', articles).pipe(
      sinkTo(
        'search',
        deliverySink({
          to: openSearch<Article>({ url: process.env['SEARCH_URL'] ?? '', index: 'articles' }),
          buffer: { size: '8KiB', interval: '0s' },
          errors: refused,
        }),
      ),
    ),
  { checkpoint: { every: '20ms' } },
)
