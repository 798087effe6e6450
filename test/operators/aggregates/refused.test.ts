import { job, run } from 'millrace'
import {
  type Aggregate,
  aggregate,
  average,
  keyBy,
  max,
  min,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

interface View {
  readonly ms: number | undefined
}

const views = listSource<View>({
  s: [
    { value: { ms: 3 }, arrivalTime: 0 },
    { value: { ms: undefined }, arrivalTime: 1 },
    { value: { ms: 5 }, arrivalTime: 2 },
  ],
})

/** Totals over all views; `read` says what it takes of one. */
function totals(sink: ReturnType<typeof collectSink<object>>, of: Aggregate<View, number>) {
  return job('views', ({ from }) =>
    from('views', views).pipe(
      keyBy(() => 'all'),
      window(tumbling('1m')),
      aggregate('totals', { total: of }),
      sinkTo('out', sink),
    ),
  )
}

type Kind = (of: (view: View) => number) => Aggregate<View, number>

const kinds: Readonly<Record<string, Kind>> = { sum, min, max, average }
const scalars = 'finite numbers, bigints and strings'
const takes: Readonly<Record<string, string>> = {
  sum: 'finite numbers',
  average: 'finite numbers',
  min: scalars,
  max: scalars,
}
const results = { sum: 8, min: 0, max: 5, average: 8 / 3 }

describe('a value that is no finite number', () => {
  for (const [kind, of] of Object.entries(kinds)) {
    it(`stops ${kind} at its record, and spoils nothing: the corrected job goes on there`, async () => {
      const checkpoints = memoryStore()
      const sink = collectSink<object>()
      const wrong = totals(
        sink,
        of((view: View) => view.ms as number),
      )
      await expect(run(wrong, { checkpoints })).rejects.toMatchObject({
        code: 'OPERATOR_FAILED',
        happened: `${kind}(…) got a value of type undefined from a record: it takes ${takes[kind]}`,
        where: { job: 'views', source: 'views', shard: 's', sequenceNumber: '1' },
      })
      const right = totals(
        sink,
        of((view: View) => view.ms ?? 0),
      )
      await run(right, { checkpoints })
      expect(sink.rows).toMatchObject([{ total: results[kind as keyof typeof results] }])
    })
  }
})
