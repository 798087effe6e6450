import { exponentialDelay, job, MillraceError, noRestart, run } from 'millrace'
import { asyncMap, map, sinkTo } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { eventsOf, failureOf } from './failed.ts'
import { hookedSink, hookedStore, type SinkHooks, type StoreStep } from './hooked.ts'
import { impatientClock } from './impatient-clock.ts'
import { type PagedOptions, pagedSource } from './paged-source.ts'
import { quiet, until } from './until.ts'

const pages = [{ values: [1, 2], behindMs: 1 }, { values: [3] }, { values: [4], finished: true }]
const away = () => new MillraceError('SOURCE_UNREACHABLE', 'nobody answers')

function copying(onFetch?: PagedOptions['onFetch'], hooks: SinkHooks = {}) {
  const sink = collectSink<number>()
  const source = pagedSource({ s: { pages } }, onFetch && { onFetch })
  const described = job('copying', ({ from }) =>
    from('numbers', source).pipe(sinkTo('out', hookedSink(sink, hooks))),
  )
  return { described, sink }
}

describe('a source that fails', () => {
  it('is tried again from the last checkpoint, after twice as long each time', async () => {
    const clock = manualClock()
    let failures = 3
    const { described, sink } = copying((_, page) => {
      if (page === 1 && failures-- > 0) throw away()
    })
    const running = run(described, { checkpoints: memoryStore(), clock, random: () => 0 })
    const events = eventsOf(running)
    const restarts = () => events.filter(({ kind }) => kind === 'restarting')
    for (const [attempt, delayMs] of [1_000, 2_000, 4_000].entries()) {
      await until(() => restarts().length === attempt + 1)
      expect(restarts().at(-1)).toMatchObject({
        attempt: attempt + 1,
        delayMs,
        error: { code: 'SOURCE_UNREACHABLE' },
      })
      const started = events.filter(({ kind }) => kind === 'started').length
      clock.advance(delayMs - 1)
      await quiet()
      expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(started)
      clock.advance(1)
    }
    expect((await running).metrics.restarts).toBe(3)
    expect(sink.rows).toEqual([1, 2, 3, 4])
  })

  it('makes the job fail after ten times in a row, however often the job gets as far as its first checkpoint', async () => {
    const { described, sink } = copying(() => {
      throw away()
    })
    const running = run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })
    const events = eventsOf(running)
    const failure = await failureOf(running)
    expect(failure.code).toBe('SOURCE_UNREACHABLE')
    expect(failure.where).toEqual({ job: 'copying', source: 'numbers' })
    const delays = events.flatMap((event) => (event.kind === 'restarting' ? event.delayMs : []))
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((seconds) => seconds * 1000))
    expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'SOURCE_UNREACHABLE' } })
    expect(sink.rows).toEqual([])
  })

  it('that has never answered is given up after one more attempt', async () => {
    const silent = {
      ...pagedSource({ s: { pages } }),
      open: () => Promise.reject(away()),
    }
    const unreachable = job('unreachable', ({ from }) =>
      from('numbers', silent).pipe(sinkTo('out', collectSink())),
    )
    const running = run(unreachable, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })
    const events = eventsOf(running)
    expect((await failureOf(running)).code).toBe('SOURCE_UNREACHABLE')
    expect(events.filter(({ kind }) => kind === 'restarting')).toHaveLength(1)
  })

  it('waits a part of the time at random', async () => {
    const { described } = copying(() => {
      throw away()
    })
    const running = run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0.5 })
    const events = eventsOf(running)
    await failureOf(running)
    expect(events.find(({ kind }) => kind === 'restarting')).toMatchObject({ delayMs: 750 })
  })

  it('starts counting anew once a checkpoint holds something new', async () => {
    const clock = manualClock()
    let next = 0
    const { described, sink } = copying(async (_, page) => {
      if (page === next) {
        next += 1
        throw away()
      }
      if (page === 0) return
      // Held back until the page before is in a checkpoint.
      const taken = checkpoints
      clock.advance(10_000)
      await until(() => checkpoints > taken)
    })
    let checkpoints = 0
    const running = run(described, { checkpoints: memoryStore(), clock, random: () => 0 })
    running.checkpoints$.subscribe(() => {
      checkpoints += 1
    })
    const events = eventsOf(running)
    running.events$.subscribe(
      (event) => event.kind === 'restarting' && quiet().then(() => clock.advance(event.delayMs)),
    )
    await running
    const attempts = events.flatMap((event) => (event.kind === 'restarting' ? event.attempt : []))
    expect(attempts).toEqual([1, 2, 1])
    expect(sink.rows).toEqual([1, 2, 3, 4])
  })
})

describe('a record that fails whenever it is tried', () => {
  const splits = { a: { pages: [{ values: [1, 2], behindMs: 1 }] }, b: { pages } }
  const poisoned = () =>
    job(
      'poisoned',
      ({ from }) =>
        from('numbers', pagedSource(splits)).pipe(
          map((value) => ({ value, token: 'abc' })),
          map(({ value }) => {
            if (value === 2) throw new MillraceError('SOURCE_UNREACHABLE', 'no answer for 2')
            return value
          }),
          sinkTo('out', collectSink<number>()),
        ),
      { restart: exponentialDelay({ attempts: Number.POSITIVE_INFINITY }) },
    )

  it('ends the job in the end, however patient that is, and is named', async () => {
    const running = run(poisoned(), { checkpoints: memoryStore(), clock: impatientClock() })
    const events = eventsOf(running)
    const failure = await failureOf(running)
    expect(failure).toMatchObject({
      code: 'RECORD_POISONED',
      where: { source: 'numbers', sequenceNumber: expect.any(String) },
    })
    expect(failure.cause).toMatchObject({ code: 'SOURCE_UNREACHABLE' })
    expect(failure.message).toContain('the record begins with ')
    expect(failure.message).not.toContain('abc')
    expect(events.filter(({ kind }) => kind === 'restarting')).toHaveLength(11)
  })
})

describe('a record that a call never answers for', () => {
  it('ends the job in the end, and is named', async () => {
    const asked = job(
      'asked',
      ({ from }) =>
        from('numbers', pagedSource({ a: { pages: [{ values: [1, 2], behindMs: 1 }] }, b: { pages } })).pipe(
          asyncMap(async (value) => {
            if (value === 2) throw new MillraceError('SOURCE_UNREACHABLE', 'no answer for 2')
            return value
          }),
          sinkTo('out', collectSink<number>()),
        ),
      { restart: exponentialDelay({ attempts: Number.POSITIVE_INFINITY }) },
    )
    const failure = await failureOf(run(asked, { checkpoints: memoryStore(), clock: impatientClock() }))
    expect(failure).toMatchObject({
      code: 'RECORD_POISONED',
      where: { source: 'numbers', operator: 'numbers/asyncMap-1', sequenceNumber: expect.any(String) },
    })
    expect(failure.message).toContain('the record begins with 2')
  })
})

describe('a job that never restarts', () => {
  it('fails with the first failure', async () => {
    const source = pagedSource({ s: { pages } }, { onFetch: () => Promise.reject(away()) })
    const once = job('once', ({ from }) => from('numbers', source).pipe(sinkTo('out', collectSink())), {
      restart: noRestart(),
    })
    const running = run(once, { checkpoints: memoryStore(), clock: impatientClock() })
    const events = eventsOf(running)
    expect((await failureOf(running)).code).toBe('SOURCE_UNREACHABLE')
    expect(events.filter(({ kind }) => kind === 'restarting')).toEqual([])
  })
})

describe('a sink that fails', () => {
  const failing = (times: number) => () => {
    times -= 1
    if (times >= 0) throw new MillraceError('SINK_FAILED', 'the disk is full')
  }

  it.each(['open', 'write', 'stage', 'commit'] as const)(
    'a few times at %s loses and repeats nothing',
    async (step) => {
      const { described, sink } = copying(undefined, { [step]: failing(3) })
      const result = await run(described, { checkpoints: memoryStore(), clock: impatientClock() })
      expect(result.metrics.restarts).toBe(3)
      expect(sink.rows).toEqual([1, 2, 3, 4])
    },
  )

  it.each(['open', 'write', 'stage', 'commit'] as const)('for good at %s ends the job', async (step) => {
    const { described, sink } = copying(undefined, { [step]: failing(Number.POSITIVE_INFINITY) })
    const failure = await failureOf(run(described, { checkpoints: memoryStore(), clock: impatientClock() }))
    expect(failure.code).toBe('SINK_FAILED')
    expect(failure.where).toMatchObject({ job: 'copying', sink: 'out' })
    expect(sink.rows).toEqual([])
  })

  it('while it has no room ends the wait for it', async () => {
    const full = Promise.reject(new MillraceError('ROW_INVALID', 'staging failed'))
    const { described } = copying(undefined, { ready: () => full })
    const failure = await failureOf(run(described, { checkpoints: memoryStore(), clock: impatientClock() }))
    expect(failure).toMatchObject({ code: 'ROW_INVALID', where: { sink: 'out' } })
  })

  it('is not closed while a checkpoint is under way', async () => {
    const clock = manualClock()
    const steps: string[] = []
    let staged = 0
    let finish = () => {}
    const { described } = copying(
      async (_, page) => {
        if (page !== 2) return
        clock.advance(10_000)
        await until(() => staged === 2)
        throw new MillraceError('DATA_LOST', 'gone')
      },
      {
        stage: async () => {
          staged += 1
          if (staged !== 2) return
          await new Promise<void>((resolve) => {
            finish = resolve
          })
          steps.push('staged')
        },
        close: () => void steps.push('closed'),
      },
    )
    const failure = failureOf(run(described, { checkpoints: memoryStore(), clock }))
    await until(() => staged === 2)
    await quiet()
    expect(steps).toEqual([])
    finish()
    expect((await failure).code).toBe('DATA_LOST')
    expect(steps).toEqual(['staged', 'closed'])
  })

  it('to close changes nothing about how the job ended', async () => {
    const close = () => {
      throw new Error('cannot close')
    }
    const warnings: string[] = []
    const log = { info: () => {}, warn: (message: string) => warnings.push(message) }
    const fine = copying(undefined, { close })
    const options = { checkpoints: memoryStore(), clock: impatientClock(), log }
    expect((await run(fine.described, options)).metrics.restarts).toBe(0)
    const broken = copying(
      () => {
        throw new MillraceError('DATA_LOST', 'gone')
      },
      { close },
    )
    const failure = await failureOf(run(broken.described, { ...options, checkpoints: memoryStore() }))
    expect(failure.code).toBe('DATA_LOST')
    expect(warnings).toEqual(['closing failed', 'closing failed'])
  })
})

describe('a store that fails', () => {
  it.each<StoreStep>(['writeOnce', 'read', 'list', 'delete'])(
    'at any %s once loses and repeats nothing',
    async (step) => {
      for (let at = 1; at < 20; at += 1) {
        let steps = 0
        const store = hookedStore(memoryStore(), (taken) => {
          if (taken === step) steps += 1
          if (taken === step && steps === at) throw new MillraceError('STORE_FAILED', 'no space left')
        })
        const { described, sink } = copying()
        await run(described, { checkpoints: store, clock: impatientClock() })
        expect(sink.rows, `${step} ${at}`).toEqual([1, 2, 3, 4])
        await run(described, { checkpoints: store, clock: impatientClock() })
        expect(sink.rows, `${step} ${at}, again`).toEqual([1, 2, 3, 4])
      }
    },
  )

  it('for good ends the job', async () => {
    const store = hookedStore(memoryStore(), () => {
      throw new MillraceError('STORE_FAILED', 'no space left')
    })
    const { described } = copying()
    const failure = await failureOf(run(described, { checkpoints: store, clock: impatientClock() }))
    expect(failure).toMatchObject({ code: 'STORE_FAILED', where: { job: 'copying' } })
  })
})
