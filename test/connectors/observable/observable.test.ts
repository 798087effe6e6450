import { job, MillraceError, run } from 'millrace'
import { observableSource, observerSink } from 'millrace/connectors/observable'
import { map, sinkTo, tap } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { from as observableFrom, Subject, throwError, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../runtime/failed.ts'
import { impatientClock } from '../../runtime/impatient-clock.ts'
import { until } from '../../runtime/until.ts'

const surroundings = () => ({ checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })

describe('an Observable', () => {
  it('is read to its end, and rows leave as another', async () => {
    const live = new Subject<number>()
    const rows: number[][] = []
    live.pipe(toArray()).subscribe((all) => rows.push(all))
    const doubled = job('doubled', ({ from }) =>
      from('numbers', observableSource(observableFrom([1, 2, 3]))).pipe(
        map((n) => n * 2),
        sinkTo('live', observerSink(live)),
      ),
    )
    await run(doubled, surroundings())
    expect(rows).toEqual([[2, 4, 6]])
  })

  it('is live: values are there as they come, and unsubscribed from when the job stops', async () => {
    const numbers = new Subject<number>()
    const seen: number[] = []
    const described = job('live', ({ from }) =>
      from('numbers', observableSource(numbers)).pipe(
        tap((n) => seen.push(n)),
        sinkTo('out', collectSink()),
      ),
    )
    const running = run(described, { ...surroundings(), clock: manualClock() })
    await until(() => numbers.observed)
    for (const n of [1, 2]) {
      numbers.next(n)
      await until(() => seen.at(-1) === n)
    }
    running.stop()
    expect((await running).outcome).toBe('stopped')
    expect(numbers.observed).toBe(false)
  })

  it('that gives the same values each time is exact over failures', async () => {
    const out = collectSink<number>()
    let failures = 2
    const described = job(
      'exact',
      ({ from }) =>
        from('numbers', observableSource(observableFrom([1, 2, 3, 4]), { replay: true })).pipe(
          tap((n) => {
            if (n === 3 && failures-- > 0) throw new MillraceError('SOURCE_FAILED', 'as the test wants')
          }),
          sinkTo('out', out),
        ),
      { checkpoint: { every: '1ms' } },
    )
    await run(described, surroundings())
    expect(out.rows).toEqual([1, 2, 3, 4])
  })

  it('that ends in an error, or is faster than the job, fails it', async () => {
    const failing = (source: ReturnType<typeof observableSource<unknown>>) =>
      failureOf(
        run(
          job('failing', ({ from }) => from('in', source).pipe(sinkTo('out', collectSink()))),
          surroundings(),
        ),
      )
    const broken = await failing(observableSource(throwError(() => new Error('broken'))))
    expect([broken.code, (broken.cause as Error).message]).toEqual(['SOURCE_FAILED', 'broken'])
    const fast = await failing(observableSource(observableFrom([1, 2, 3]), { buffer: 2 }))
    expect(fast.message).toContain('2 values of the Observable wait already')
    expect(() => observableSource(observableFrom([]), { buffer: 0 })).toThrow('buffer is 0')
  })
})
