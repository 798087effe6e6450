import { job, type KeyedStream, run, type Stream } from 'millrace'
import {
  aggregate,
  count,
  keyBy,
  map,
  process,
  runningAggregate,
  sinkTo,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, manualClock, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'
import { pagedSource } from '../runtime/paged-source.ts'
import { quiet } from '../runtime/until.ts'

const steps: Readonly<Record<string, (keyed: KeyedStream<number, number>) => Stream<unknown>>> = {
  'process with timers of the clock': (keyed) =>
    keyed.pipe(
      process('own', {
        onRecord(_n, { now, processingTimers }) {
          processingTimers.set(now + 10_000)
        },
        onProcessingTimer: (time) => [time],
      }),
    ),
  'windows of the clock': (keyed) =>
    keyed.pipe(window(tumbling('10s', { time: 'processing' })), aggregate('own', { n: count() })),
  'a running aggregate that tells at intervals': (keyed) =>
    keyed.pipe(runningAggregate('own', { n: count() }, { emit: { every: '10s' } })),
}

it.each(Object.entries(steps))(
  '%s has told everything when its input ends, though another goes on',
  async (_what, step) => {
    const clock = manualClock()
    const [out, other] = [collectSink<number>(), collectSink<number>()]
    const described = job('two', ({ from }) => [
      step(
        from('short', listSource({ s: [1, 2].map((value) => ({ value, arrivalTime: value })) })).pipe(
          keyBy((n) => n),
        ),
      ).pipe(
        keyBy(() => 'all'),
        window(tumbling('1d')),
        aggregate('per-day', { n: count() }),
        map(({ n }) => n),
        sinkTo('out', out),
      ),
      from(
        'long',
        pagedSource(
          { s: { pages: [{ values: [1] }, { values: [2], finished: true }] } },
          {
            onFetch: async () => {
              await quiet()
              clock.advance(20_000)
              await quiet()
            },
          },
        ),
      ).pipe(sinkTo('other', other)),
    ])
    await run(described, { checkpoints: memoryStore(), clock })
    expect(out.rows).toEqual([2])
    expect(other.rows).toEqual([1, 2])
  },
)
