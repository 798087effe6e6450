import { job, run } from 'millrace'
import {
  aggregate,
  average,
  count,
  eventTime,
  filter,
  flatMap,
  keyBy,
  map,
  max,
  min,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

const at = (value: number | { t: number; k: string; v: number }) => ({ value, arrivalTime: 0 })

describe('a job', () => {
  it('runs its steps over every record and ends with its input', async () => {
    const sink = collectSink<string>()
    const numbers = listSource({ a: [at(1), at(2), at(3)] as { value: number; arrivalTime: number }[] })
    const steps = job('steps', ({ from }) =>
      from('numbers', numbers).pipe(
        filter((n) => n !== 2),
        map((n) => n * 10),
        flatMap((n) => [`${n}`, `${n + 1}`]),
        sinkTo('out', sink),
      ),
    )
    const result = await run(steps, { checkpoints: memoryStore() })
    expect(result.outcome).toBe('finished')
    expect(result.metrics.records).toBe(3)
    expect(sink.rows).toEqual(['10', '11', '30', '31'])
  })

  it('aggregates each key of each window, in the order of windows and keys', async () => {
    const sink = collectSink<object>()
    const source = listSource({
      a: [
        { value: { t: 1_000, k: 'x', v: 1 }, arrivalTime: 0 },
        { value: { t: 61_000, k: 'b', v: 5 }, arrivalTime: 0 },
      ],
      b: [
        { value: { t: 59_999, k: 'x', v: 3 }, arrivalTime: 0 },
        { value: { t: 60_000, k: 'a', v: 7 }, arrivalTime: 0 },
      ],
    })
    const totals = job('totals', ({ from }) =>
      from('values', source).pipe(
        eventTime((r) => r.t),
        keyBy((r) => r.k),
        window(tumbling('1m')),
        aggregate('totals', {
          n: count(),
          sum: sum((r) => r.v),
          min: min((r) => r.v),
          max: max((r) => r.v),
          mean: average((r) => r.v),
        }),
        sinkTo('out', sink),
      ),
    )
    await run(totals, { checkpoints: memoryStore() })
    expect(sink.rows).toEqual([
      { key: 'x', window: { start: 0, end: 60_000 }, n: 2, sum: 4, min: 1, max: 3, mean: 2 },
      { key: 'a', window: { start: 60_000, end: 120_000 }, n: 1, sum: 7, min: 7, max: 7, mean: 7 },
      { key: 'b', window: { start: 60_000, end: 120_000 }, n: 1, sum: 5, min: 5, max: 5, mean: 5 },
    ])
  })
})
