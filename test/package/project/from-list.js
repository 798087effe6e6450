// A user's program in plain JavaScript: a list becomes Parquet files.
import { folderStore, job, run } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { filter, map, sinkTo } from 'millrace/operators'
import { listSource } from 'millrace/testing'

const words = ['a', 'quick', 'brown', 'fox'].map((value, arrivalTime) => ({ value, arrivalTime }))

const lengths = job(
  'lengths',
  ({ from }) =>
    from('words', listSource({ all: words })).pipe(
      filter((word) => word.length > 1),
      map((word) => ({ word, length: word.length })),
      sinkTo(
        'rows',
        deliverySink({ to: folder('lengths'), format: parquet({ word: 'string', length: 'int32' }) }),
      ),
    ),
  { checkpoint: { store: folderStore('checkpoints') } },
)

const { outcome } = await run(lengths)
console.log(JSON.stringify(outcome))
