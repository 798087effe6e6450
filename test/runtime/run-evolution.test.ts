import { type JobOptions, job, run } from 'millrace'
import {
  aggregate,
  count,
  keyBy,
  max,
  process,
  sinkTo,
  sum,
  tumbling,
  valueState,
  window,
} from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { findCheckpoints, restoredFrom } from '../../src/checkpoint/recovery.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { Job } from '../../src/job.ts'
import { evolved, stateChanges } from '../../src/runtime/job-state.ts'
import { failureOf } from './failed.ts'
import { pagedSource } from './paged-source.ts'

/** A page for each value; after the last one the source is caught up. */
const pagesOf = (values: number[]) =>
  values.map((value, index) => ({ values: [value], behindMs: index < values.length - 1 ? 1 : 0 }))

const source = (values: number[]) => pagedSource({ s: { pages: pagesOf(values) } })

/** Runs a job until it is caught up, and keeps it going on: its input does not end. */
async function read(described: Job, store: CheckpointStore, options = {}) {
  const running = run(described, { checkpoints: store, clock: manualClock(), ...options })
  running.events$.subscribe((event) => event.kind === 'caught-up' && running.stop())
  return running
}

/** Sums numbers up, by whether they are odd. */
function sums(values: number[], options: JobOptions = {}, name = 'totals') {
  const sink = collectSink<string>()
  const described = job(
    'summing',
    ({ from }) =>
      from('numbers', source(values)).pipe(
        keyBy((value) => (value % 2 === 0 ? 'even' : 'odd')),
        process(name, {
          state: { sum: valueState(0) },
          *onRecord(value, { key, state }) {
            state.sum.value += value
            yield `${key} ${state.sum.value}`
          },
        }),
        sinkTo('out', sink),
      ),
    options,
  )
  return { described, sink }
}

/** The same, with the sum in cents, and a count that is new. */
function sumsInCents(values: number[], options: JobOptions) {
  const sink = collectSink<string>()
  const described = job(
    'summing',
    ({ from }) =>
      from('numbers', source(values)).pipe(
        keyBy((value) => (value % 2 === 0 ? 'even' : 'odd')),
        process('totals', {
          state: { seen: valueState(10), cents: valueState(0) },
          *onRecord(value, { key, state }) {
            state.cents.value += value * 100
            state.seen.value += 1
            yield `${key} ${state.cents.value} ${state.seen.value}`
          },
        }),
        sinkTo('out', sink),
      ),
    options,
  )
  return { described, sink }
}

const inCents: JobOptions = {
  evolution: { totals: { version: 2, migrate: { 1: (old: { sum: number }) => ({ cents: old.sum * 100 }) } } },
}

describe('a job whose state has another shape', () => {
  it('migrates what a checkpoint holds, once', async () => {
    const store = memoryStore()
    await read(sums([1, 2, 3]).described, store)
    const later = sumsInCents([1, 2, 3, 4, 5], inCents)
    await read(later.described, store)
    expect(later.sink.rows.filter((row) => row !== undefined)).toEqual(['even 600 11', 'odd 900 11'])
    const again = sumsInCents([1, 2, 3, 4, 5, 6], inCents)
    await read(again.described, store)
    expect(again.sink.rows.filter((row) => row !== undefined)).toEqual(['even 1200 12'])
  })

  it('is refused without a migration, before it claims the job', async () => {
    const store = memoryStore()
    await read(sums([1]).described, store)
    const epochs = await store.list('manifests/')
    const failure = await failureOf(run(sumsInCents([1], {}).described, { checkpoints: store }))
    expect(failure).toMatchObject({ code: 'CHECKPOINT_INCOMPATIBLE', where: { operator: 'totals' } })
    expect(failure.message).toContain('sum = value')
    expect(await store.list('manifests/')).toEqual(epochs)
  })

  it('is refused a checkpoint of a later version', async () => {
    const store = memoryStore()
    await read(sumsInCents([1], { evolution: { totals: { version: 2 } } }).described, store)
    const failure = await failureOf(run(sumsInCents([1], {}).described, { checkpoints: store }))
    expect(failure.message).toContain('version 2')
  })

  it.each<[string, (old: { sum: number }) => unknown, string]>([
    ['gives a promise', (old) => Promise.resolve({ cents: old.sum }), 'from version 1 gave a promise'],
    ['gives nothing', () => undefined, 'from version 1 gave undefined'],
    ['gives a number', (old) => old.sum, 'gave something else than an object of seen, cents'],
    ['misspells a name', (old) => ({ cent: old.sum }), 'gave "cent": the state has seen, cents, and had sum'],
    ['throws', () => expect.unreachable('no such currency'), 'no such currency'],
  ])('ends the job when a migration %s, and leaves the state as it was', async (_, migrate, told) => {
    const store = memoryStore()
    await read(sums([1]).described, store)
    const changed = sumsInCents([1, 3], { evolution: { totals: { version: 2, migrate: { 1: migrate } } } })
    const failure = await failureOf(run(changed.described, { checkpoints: store, clock: manualClock() }))
    expect(failure).toMatchObject({ code: 'OPERATOR_FAILED', where: { operator: 'totals', key: '"odd"' } })
    expect(failure.message).toContain(told)
    const again = sums([1, 3])
    await read(again.described, store)
    expect(again.sink.rows.filter((row) => row !== undefined)).toEqual(['odd 4'])
  })

  it('migrates open windows, with what is new beginning empty', async () => {
    const windows = (values: number[], later: boolean) => {
      const sink = collectSink<unknown>()
      const described = job(
        'windows',
        ({ from }) => {
          const opened = from('numbers', source(values)).pipe(
            keyBy(() => 'all'),
            window(tumbling('1h')),
          )
          return later
            ? opened.pipe(
                aggregate('totals', { most: max((value: number) => value), n: count() }),
                sinkTo('out', sink),
              )
            : opened.pipe(
                aggregate('totals', { n: count(), sum: sum((value: number) => value) }),
                sinkTo('out', sink),
              )
        },
        later
          ? { evolution: { totals: { version: 2, migrate: { 1: (old: { n: unknown }) => ({ n: old.n }) } } } }
          : {},
      )
      return { described, sink }
    }
    const store = memoryStore()
    await read(windows([7, 8, 9], false).described, store)
    const { described, sink } = windows([7, 8, 9, 3], true)
    await run(described, { checkpoints: store, clock: manualClock(), until: 'caught-up' })
    expect(sink.rows).toMatchObject([{ key: 'all', n: 4, most: 3 }])
  })
})

describe('a sink that cannot go on from what a checkpoint has of it', () => {
  it('keeps the job from starting, before it claims it', async () => {
    const store = memoryStore()
    const copying = (misfit?: () => string | undefined) =>
      job('summing', ({ from }) =>
        from('numbers', source([1, 2])).pipe(
          sinkTo('out', { ...collectSink<number>(), ...(misfit && { misfit }) }),
        ),
      )
    await read(copying(), store)
    const epochs = await store.list('manifests/')
    const changed = run(
      copying(() => 'rows of other columns'),
      { checkpoints: store, clock: manualClock() },
    )
    const failure = await failureOf(changed)
    expect(failure).toMatchObject({ code: 'CHECKPOINT_INCOMPATIBLE', where: { sink: 'out' } })
    expect(failure.message).toContain('the checkpoint holds rows of other columns')
    expect(await store.list('manifests/')).toEqual(epochs)
  })
})

describe('a name that has changed', () => {
  it('is found under the one before', async () => {
    const store = memoryStore()
    await read(sums([1, 2, 3], {}, 'sums').described, store)
    const { described, sink } = sums([1, 2, 3, 5], { evolution: { totals: { renamedFrom: 'sums' } } })
    await read(described, store)
    expect(sink.rows.filter((row) => row !== undefined)).toEqual(['odd 9'])
  })

  it('that is gone is lost only when the job or the run says so', async () => {
    const store = memoryStore()
    await read(sums([1, 2, 3], {}, 'sums').described, store)
    const gone = sums([1, 2, 3, 5])
    const failure = await failureOf(run(gone.described, { checkpoints: store, clock: manualClock() }))
    expect(failure).toMatchObject({ code: 'CHECKPOINT_INCOMPATIBLE', where: { operator: 'sums' } })
    await read(gone.described, store, { dropState: ['sums'] })
    expect(gone.sink.rows.filter((row) => row !== undefined)).toEqual(['odd 5'])
    // From then on nothing is left that could be lost.
    await read(sums([1, 2, 3, 5, 7]).described, store)
  })
})

describe('what a plan says of a checkpoint', () => {
  it('is what a run does', async () => {
    const store = memoryStore()
    await read(sums([1, 2, 3]).described, store)
    const [found] = await findCheckpoints(store, 'summing')
    if (found === undefined || !('manifest' in found)) throw new Error('there is no checkpoint')
    const restored = restoredFrom(found.manifest, found.parts!)
    const jobs = [
      sums([1, 2, 3, 4]).described,
      sums([1, 2, 3, 4], {}, 'sums').described,
      sums([1, 2, 3, 4], { evolution: { sums: { renamedFrom: 'totals' } } }, 'sums').described,
      sums([1, 2, 3, 4], { dropState: ['totals'] }, 'sums').described,
      sumsInCents([1, 2, 3, 4], {}).described,
      sumsInCents([1, 2, 3, 4], inCents).described,
    ]
    const safe: boolean[] = []
    for (const described of jobs) {
      const changes = stateChanges(described, restored)
      const incompatible = changes.some(({ change }) => change === 'incompatible')
      if (incompatible) expect(() => evolved(described, restored, changes)).toThrow('CHECKPOINT_INCOMPATIBLE')
      const copy = memoryStore()
      for (const blob of await store.list('')) await copy.writeOnce(blob, (await store.read(blob))!)
      const ended = await read(described, copy).then(
        () => 'started',
        (error) => error.code,
      )
      expect(ended).toBe(incompatible ? 'CHECKPOINT_INCOMPATIBLE' : 'started')
      safe.push(!incompatible)
    }
    expect(safe).toEqual([true, false, true, true, false, true])
  })
})

describe('what a job says of its state', () => {
  it.each<[string, JobOptions['evolution']]>([
    ['names that it does not have', { nobody: { version: 2 } }],
    ['a version that is no whole number', { totals: { version: 1.5 } }],
    ['a migration from a version that is not earlier', { totals: { version: 2, migrate: { 2: () => 0 } } }],
    ['a version of a sink', { out: { version: 2 } }],
    ['a sink that was renamed', { out: { renamedFrom: 'in' } }],
  ])('is refused: %s', (_, evolution) => {
    expect(() => sums([], { evolution: evolution! })).toThrow('JOB_INVALID')
  })
})
