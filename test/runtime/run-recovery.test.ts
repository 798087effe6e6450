import { type CheckpointStore, type Job, job, run } from 'millrace'
import { aggregate, count, keyBy, max, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { damage, damages, manifestsIn } from '../checkpoint/damage.ts'
import { eventsOf, failureOf } from './failed.ts'
import { hookedStore } from './hooked.ts'
import { pagedSource } from './paged-source.ts'
import { quiet, until } from './until.ts'

const values = [1, 2, 3, 4, 5, 6]
const options = (checkpoints: CheckpointStore) => ({ checkpoints, clock: manualClock(), random: () => 0 })

/** Reads up to `pages` of the numbers, each of them a fetch; the sink is the same for every run. */
function numbers(sink = collectSink<number>()) {
  const upTo = (pages: number): Job =>
    job('numbers', ({ from }) =>
      from(
        'numbers',
        pagedSource({
          s: { pages: values.slice(0, pages).map((value) => ({ values: [value], behindMs: pages - value })) },
        }),
      ).pipe(sinkTo('out', sink)),
    )
  return { sink, upTo }
}

/** Runs until everything is read and in a checkpoint. */
async function readAll(described: Job, store: CheckpointStore) {
  return run(described, { ...options(store), until: 'caught-up' })
}

describe('a checkpoint that cannot be trusted', () => {
  it.each(damages)('(%s) is told and the one before is used: nothing is missing or twice', async (how) => {
    const { sink, upTo } = numbers()
    const store = memoryStore()
    for (const pages of [2, 4]) {
      const running = run(upTo(pages), options(store))
      await quiet()
      running.stop()
      await running
    }
    const [newest] = await manifestsIn(store)
    await damage(store, newest!, how)
    const running = run(upTo(6), { ...options(store), until: 'caught-up' })
    const events = eventsOf(running)
    await running
    const skipped = events.filter(({ kind }) => kind === 'checkpoint-skipped')
    expect(skipped).toHaveLength(how === 'gone' ? 0 : 1)
    expect(events.find(({ kind }) => kind === 'started')).toMatchObject({
      restoredFrom: Number(/\d+/.exec(newest!)) - 1,
    })
    expect(sink.rows).toEqual(values)
  })

  it('stops the job when there is no other, and reads nothing', async () => {
    const { sink, upTo } = numbers()
    const store = memoryStore()
    await readAll(upTo(2), store)
    for (const name of await manifestsIn(store)) await damage(store, name, 'edited')
    const failure = await failureOf(readAll(upTo(6), store))
    expect(failure).toMatchObject({ code: 'CHECKPOINT_CORRUPT', where: { job: 'numbers' } })
    expect(sink.rows).toEqual([1, 2])
  })
})

describe('two runs of one job', () => {
  it('leave one: the older stops at its next checkpoint and has committed nothing since', async () => {
    const { sink, upTo } = numbers()
    const store = memoryStore()
    const clock = manualClock()
    const older = run(upTo(3), { ...options(store), clock })
    const failure = failureOf(older)
    await quiet()
    const newer = run(upTo(6), options(store))
    await quiet()
    clock.advance(10_000)
    expect((await failure).code).toBe('JOB_FENCED')
    expect(sink.rows).toEqual([])
    newer.stop()
    await newer
    expect(sink.rows).toEqual(values)
  })

  it('leave one also when the older is overtaken in the middle of a checkpoint', async () => {
    const { sink, upTo } = numbers()
    const store = memoryStore()
    let hold = false
    let release = () => {}
    const slow = hookedStore(store, async (step, name) => {
      if (!hold || step !== 'writeOnce' || !name.startsWith('manifests/')) return
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    const clock = manualClock()
    const older = run(upTo(3), { ...options(slow), clock })
    const failure = failureOf(older)
    await quiet()
    hold = true
    clock.advance(10_000)
    await quiet()
    await readAll(upTo(6), store)
    release()
    expect((await failure).code).toBe('JOB_FENCED')
    expect(sink.rows).toEqual(values)
  })
})

describe('a job that has changed', () => {
  const per = (
    aggregates: Parameters<typeof aggregate<number, number, unknown, Record<string, number>>>[1],
  ) =>
    job('changing', ({ from }) =>
      from('numbers', pagedSource({ s: { pages: [{ values: [1] }] } })).pipe(
        keyBy((n) => n),
        window(tumbling('1m')),
        aggregate('totals', aggregates),
        sinkTo('out', collectSink()),
      ),
    )

  it('in its aggregates is refused', async () => {
    const store = memoryStore()
    const running = run(per({ n: count() }), options(store))
    await quiet()
    running.stop()
    await running
    for (const aggregates of [
      { n: sum(() => 1) },
      { m: count() },
      { n: count(), top: max((n: number) => n) },
    ]) {
      const failure = await failureOf(run(per(aggregates), options(store)))
      expect(failure.code).toBe('CHECKPOINT_INCOMPATIBLE')
      expect(failure.message).toContain('n = count')
      expect(failure.where.operator).toBe('totals')
    }
  })

  it('in its names is refused, and all of them are named', async () => {
    const store = memoryStore()
    const named = (source: string, sink: string) =>
      job('changing', ({ from }) =>
        from(source, pagedSource({ s: { pages: [{ values: [1] }] } })).pipe(sinkTo(sink, collectSink())),
      )
    await readAll(named('clicks', 'lake'), store)
    const epochs = await store.list('manifests/')
    const renamed = await failureOf(run(named('taps', 'pond'), options(store)))
    expect(renamed.code).toBe('CHECKPOINT_INCOMPATIBLE')
    expect(renamed.message).toContain('source "clicks"')
    expect(renamed.message).toContain('sink "lake"')
    const swapped = await failureOf(run(named('lake', 'clicks'), options(store)))
    expect(swapped.code).toBe('CHECKPOINT_INCOMPATIBLE')
    // It has not claimed the job: a run that is still alive goes on.
    expect(await store.list('manifests/')).toEqual(epochs)
  })

  it('in its job name is refused', async () => {
    const store = memoryStore()
    const { upTo } = numbers()
    await readAll(upTo(1), store)
    expect((await failureOf(run(per({ n: count() }), options(store)))).code).toBe('CHECKPOINT_FOREIGN')
  })
})

describe('the first checkpoint', () => {
  it('is taken before the first fetch', async () => {
    const store = memoryStore()
    const epochs: number[] = []
    const source = pagedSource(
      { s: { pages: [{ values: [1] }] } },
      { onFetch: async () => void epochs.push((await manifestsIn(store)).length) },
    )
    const running = run(
      job('first', ({ from }) => from('a', source).pipe(sinkTo('out', collectSink()))),
      options(store),
    )
    await until(() => epochs.length > 0)
    expect(epochs[0]).toBe(2)
    running.stop()
    await running
  })
})
