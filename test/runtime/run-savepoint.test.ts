import { job, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { listEpochs } from '../../src/checkpoint/recovery.ts'
import { requestCheckpoint } from '../../src/checkpoint/requested-checkpoints.ts'
import { makeSavepoint, savepointStore } from '../../src/checkpoint/savepoints.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import { failureOf } from './failed.ts'
import { pagedSource } from './paged-source.ts'
import { until } from './until.ts'

/** A page for each value; after the last one the source is caught up. */
const pagesOf = (values: number[]) =>
  values.map((value, index) => ({ values: [value], behindMs: index < values.length - 1 ? 1 : 0 }))

function copying(values: number[]) {
  const sink = collectSink<number>()
  const source = pagedSource({ s: { pages: pagesOf(values) } })
  const described = job('copying', ({ from }) => from('numbers', source).pipe(sinkTo('out', sink)))
  return { described, sink }
}

async function read(values: number[], store: CheckpointStore, options = {}) {
  const { described, sink } = copying(values)
  const running = run(described, { checkpoints: store, clock: manualClock(), ...options })
  running.events$.subscribe((event) => event.kind === 'caught-up' && running.stop())
  await running
  return sink.rows.filter((row) => row !== undefined)
}

async function saved(): Promise<{ store: CheckpointStore; savepoint: CheckpointStore }> {
  const store = memoryStore()
  await read([1, 2], store)
  const savepoint = savepointStore(store, 'before')
  await makeSavepoint(store, 'copying', savepoint)
  return { store, savepoint }
}

describe('a savepoint', () => {
  it('begins a job that has no history', async () => {
    const { savepoint } = await saved()
    expect(await read([1, 2, 3], memoryStore(), { restore: savepoint })).toEqual([3])
  })

  it('outlives all checkpoints of its job', async () => {
    const { store, savepoint } = await saved()
    for (const end of [3, 4, 5, 6]) await read([1, 2, 3, 4, 5, 6].slice(0, end), store)
    expect(await listEpochs(savepoint)).toHaveLength(1)
    expect(await read([1, 2, 3], memoryStore(), { restore: savepoint })).toEqual([3])
  })

  it('is not restored over a history that it is not told to leave', async () => {
    const { store, savepoint } = await saved()
    const other = memoryStore()
    await read([1, 2, 3, 4], other)
    const epochs = await listEpochs(other)
    const { described } = copying([])
    const failure = await failureOf(run(described, { checkpoints: other, restore: savepoint }))
    expect(failure.code).toBe('RESTORE_REFUSED')
    expect(await listEpochs(other)).toEqual(epochs)
    expect(await read([1, 2, 3, 4], other, { restore: savepoint, rewind: true })).toEqual([3, 4])
    // Also the job's own history, which goes on after the savepoint.
    await read([1, 2, 3], store)
    expect(await read([1, 2, 3], store, { restore: savepoint, rewind: true })).toEqual([3])
  })

  it('is restored once only: the same command goes on where the job is', async () => {
    const { savepoint } = await saved()
    const store = memoryStore()
    const options = { restore: savepoint, rewind: true }
    await read([1, 2, 3], store, options)
    expect(await read([1, 2, 3, 4], store, options)).toEqual([4])
  })

  it('of another job, or a damaged one, is refused before anything is claimed', async () => {
    const { savepoint } = await saved()
    const other = job('other', ({ from }) =>
      from('numbers', pagedSource<number>({ s: { pages: [] } })).pipe(sinkTo('out', collectSink<number>())),
    )
    const store = memoryStore()
    const foreign = await failureOf(run(other, { checkpoints: store, restore: savepoint }))
    expect(foreign.code).toBe('CHECKPOINT_FOREIGN')
    for (const part of await savepoint.list('parts/')) await savepoint.delete(part)
    const { described } = copying([])
    const damaged = await failureOf(run(described, { checkpoints: store, restore: savepoint }))
    expect(damaged.code).toBe('CHECKPOINT_CORRUPT')
    expect(await listEpochs(store)).toEqual([])
  })
})

describe('a job that runs', () => {
  it('makes a checkpoint when somebody asks for one in its store', async () => {
    const store = memoryStore()
    const clock = manualClock()
    const running = run(copying([1]).described, { checkpoints: store, clock })
    let epoch = 0
    running.checkpoints$.subscribe((checkpoint) => {
      epoch = checkpoint.epoch
    })
    let caughtUp = false
    running.events$.subscribe((event) => {
      caughtUp ||= event.kind === 'caught-up'
    })
    await until(() => caughtUp)
    const before = epoch
    await requestCheckpoint(store)
    clock.advance(5_000)
    await until(() => epoch === before + 1)
    expect(await store.list('requests/')).toEqual([])
    running.stop()
    await running
  })
})
