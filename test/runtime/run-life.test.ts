import { type CheckpointSummary, type JobMetrics, job, run } from 'millrace'
import { filter, map, sinkTo } from 'millrace/operators'
import { collectSink, listSource, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { eventsOf } from './failed.ts'
import { hookedSink } from './hooked.ts'
import { pagedSource } from './paged-source.ts'
import { quiet, until } from './until.ts'

const at = (value: number) => ({ value, arrivalTime: 0 })

describe('a job that is over', () => {
  it('ends at once when it is run again, and commits again what may not have been committed', async () => {
    const sink = collectSink<number>()
    let dies = true
    const mortal = hookedSink(sink, {
      commit: () => {
        if (dies && fetches > 0) throw new TypeError('killed')
      },
    })
    let fetches = 0
    const source = listSource(
      { a: [at(1), at(2)] },
      {
        onFetch: () => {
          fetches += 1
        },
      },
    )
    const described = job('over', ({ from }) => from('numbers', source).pipe(sinkTo('out', mortal)))
    const checkpoints = memoryStore()
    // The last checkpoint is published, and its commit fails: the job is finished all the same.
    const first = run(described, { checkpoints, clock: manualClock() })
    const events = eventsOf(first)
    await until(() => events.some(({ kind }) => kind === 'restarting'))
    first.stop()
    await first
    expect(sink.rows).toEqual([])
    dies = false
    const before = fetches
    for (let time = 1; time <= 2; time += 1) {
      expect((await run(described, { checkpoints, clock: manualClock() })).outcome).toBe('finished')
      expect(sink.rows).toEqual([1, 2])
    }
    expect(fetches).toBe(before)
  })
})

describe('what a job tells of itself', () => {
  it('is its whole life, also to who comes late', async () => {
    const source = pagedSource({
      s: {
        pages: [
          { values: [1], behindMs: 1 },
          { values: [2], finished: true },
        ],
      },
    })
    const described = job('told', ({ from }) => from('numbers', source).pipe(sinkTo('out', collectSink())))
    const checkpoints = memoryStore()
    const running = run(described, { checkpoints, clock: manualClock(5) })
    await running
    const late = eventsOf(running)
    let completed = 0
    const complete = () => {
      completed += 1
    }
    running.events$.subscribe({ complete })
    running.metrics$.subscribe({ complete })
    running.checkpoints$.subscribe({ complete })
    expect(completed).toBe(3)
    const checkpoint = { epoch: 3, generation: 1, at: 5, durationMs: 0, pauseMs: 0 }
    expect(late).toMatchObject([
      { kind: 'started', job: 'told', generation: 1, restoredFrom: undefined },
      { kind: 'checkpoint', checkpoint: { epoch: 2, generation: 1 } },
      { kind: 'caught-up' },
      { kind: 'checkpoint', checkpoint },
      { kind: 'ended', outcome: 'finished', epoch: 3 },
    ])
    const again = run(described, { checkpoints, clock: manualClock() })
    await again
    expect(eventsOf(again)[0]).toMatchObject({ kind: 'started', generation: 4, restoredFrom: 3 })
  })

  it('is figures each second, with splits, sinks and checkpoints', async () => {
    const clock = manualClock(0)
    const source = pagedSource(
      { a: { pages: [{ values: [1, 2, 3] }] }, b: { pages: [{ behindMs: 0, serverTime: 9_000 }] } },
      { arrivalTime: 7_000 },
    )
    const described = job('figures', ({ from }) =>
      from('numbers', source).pipe(
        filter((n) => n > 1),
        sinkTo('out', collectSink()),
      ),
    )
    const running = run(described, { checkpoints: memoryStore(), clock })
    const metrics: JobMetrics[] = []
    const summaries: CheckpointSummary[] = []
    running.metrics$.subscribe((one) => metrics.push(one))
    running.checkpoints$.subscribe((one) => summaries.push(one))
    await quiet()
    clock.advance(1_000)
    await until(() => metrics.length === 1)
    expect(metrics[0]).toMatchObject({
      job: 'figures',
      at: 1_000,
      startedAt: 0,
      records: 3,
      bytes: 3,
      written: { out: 2 },
      restarts: 0,
      watermark: 5_999,
      lastCheckpoint: { epoch: 2 },
    })
    expect(metrics[0]?.splits).toMatchObject([
      { source: 'numbers', split: 'a', records: 3, behindMs: 0, watermark: 5_999, state: 'reading' },
      { split: 'b', records: 0, watermark: 7_999, state: 'idle' },
    ])
    clock.advance(9_000)
    await until(() => summaries.length === 2)
    running.stop()
    expect((await running).metrics).toEqual(metrics.at(-1))
    expect(summaries.map(({ epoch, at }) => `${epoch} at ${at}`)).toEqual([
      '2 at 0',
      '3 at 10000',
      '4 at 10000',
    ])
  })
})

describe('a job with several sources and sinks', () => {
  it('gives each sink what leads to it, and each source its turn', async () => {
    const order: string[] = []
    const [evens, tens, letters] = [collectSink<number>(), collectSink<number>(), collectSink<string>()]
    const numbers = pagedSource({
      a: { pages: [{ values: [1, 2] }, { values: [3, 4], finished: true }] },
      b: { pages: [{ values: [5] }, { values: [6], finished: true }] },
    })
    const words = pagedSource({ c: { pages: [{ values: ['x'] }, { values: ['y'], finished: true }] } })
    const described = job('many', ({ from }) => {
      const stream = from('numbers', numbers).pipe(
        map((n) => {
          order.push('numbers')
          return n
        }),
      )
      return [
        stream.pipe(
          filter((n) => n % 2 === 0),
          sinkTo('evens', evens),
        ),
        stream.pipe(
          map((n) => n * 10),
          sinkTo('tens', tens),
        ),
        from('words', words).pipe(
          map((word) => {
            order.push('words')
            return word
          }),
          sinkTo('letters', letters),
        ),
      ]
    })
    const { metrics } = await run(described, { checkpoints: memoryStore(), clock: manualClock() })
    expect([...evens.rows].sort()).toEqual([2, 4, 6])
    expect([...tens.rows].sort()).toEqual([10, 20, 30, 40, 50, 60])
    expect(letters.rows).toEqual(['x', 'y'])
    expect(metrics.written).toEqual({ evens: 3, tens: 6, letters: 2 })
    expect(order.lastIndexOf('words')).toBeLessThan(order.lastIndexOf('numbers'))
  })
})
