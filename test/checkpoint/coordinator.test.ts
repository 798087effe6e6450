import { manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { CheckpointCoordinator, type Cut } from '../../src/checkpoint/coordinator.ts'
import { listEpochs } from '../../src/checkpoint/recovery.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { StateChanges, WriteFile } from '../../src/contract/snapshot.ts'
import { failureOf } from '../runtime/failed.ts'
import { hookedStore } from '../runtime/hooked.ts'
import { damage, damages, manifestsIn } from './damage.ts'

let lineages = 0
const coordinator = (store: CheckpointStore, job = 'orders') =>
  new CheckpointCoordinator(job, store, manualClock(), () => `lineage${++lineages}`)

/** A cut in which everything tells the same number. */
function cut(number: number, part: Uint8Array = Buffer.from(`state ${number}`)): Cut {
  return {
    sources: { orders: { enumerator: number, positions: { a: `${number}` }, awaiting: {} } },
    operators: { totals: { schema: 1, parts: [part] } },
    sinks: { lake: { state: { schema: 1, parts: [] }, committables: [{ number }] } },
    finished: false,
  }
}

async function restoredNumber(store: CheckpointStore): Promise<unknown> {
  const { restored } = await coordinator(store).claim()
  const state = restored && Buffer.from(restored.operators['totals']!.parts[0]!).toString()
  expect(state).toBe(`state ${restored?.sources['orders']?.enumerator}`)
  return restored?.sources['orders']?.enumerator
}

async function run(store: CheckpointStore, ...numbers: number[]): Promise<CheckpointCoordinator> {
  const one = coordinator(store)
  await one.claim()
  for (const number of numbers) {
    await one.complete(cut(number))
    await one.deleteObsolete()
  }
  return one
}

describe('a job without checkpoints', () => {
  it('has nothing to restore and gets a lineage, which it keeps', async () => {
    const store = memoryStore()
    const first = coordinator(store)
    expect(await first.claim()).toEqual({ restored: undefined, skipped: [] })
    const second = coordinator(store)
    await second.claim()
    expect(second.lineage).toBe(first.lineage)
    expect([first.epoch, second.epoch]).toEqual([1, 2])
  })
})

describe('a checkpoint', () => {
  it('is restored as it was', async () => {
    const store = memoryStore()
    await run(store, 1, 2)
    const { restored } = await coordinator(store).claim()
    expect(restored).toMatchObject({
      epoch: 3,
      ...cut(2),
      sinks: { lake: { committables: [{ number: 2 }] } },
    })
  })

  it.each(damages)('whose manifest is %s is skipped for the one before', async (how) => {
    const store = memoryStore()
    await run(store, 1, 2, 3)
    await damage(store, (await manifestsIn(store))[0]!, how)
    expect(await restoredNumber(store)).toBe(2)
  })

  it.each(damages)('with a part that is %s is skipped for the one before, and says so', async (how) => {
    const store = memoryStore()
    await run(store, 1, 2, 3)
    const [newest] = await manifestsIn(store)
    const part = /parts\/[\w-]+/.exec(Buffer.from((await store.read(newest!))!).toString())![0]
    await damage(store, part, how)
    const { restored, skipped } = await coordinator(store).claim()
    expect(restored?.epoch).toBe(3)
    expect(skipped).toMatchObject([{ epoch: 4, reason: expect.stringContaining(part) }])
  })

  it('that says another epoch than its name is skipped', async () => {
    const store = memoryStore()
    await run(store, 1)
    const [newest] = await manifestsIn(store)
    await store.writeOnce('manifests/000000000009.json', (await store.read(newest!))!)
    const { restored, skipped } = await coordinator(store).claim()
    expect([restored?.epoch, skipped[0]?.epoch]).toEqual([2, 9])
  })

  it('is not begun anew when none is good', async () => {
    const store = memoryStore()
    await run(store, 1, 2, 3)
    for (const name of await manifestsIn(store)) await damage(store, name, 'torn')
    const failure = await failureOf(coordinator(store).claim())
    expect(failure.code).toBe('CHECKPOINT_CORRUPT')
    expect(failure.message).toContain('epoch 4: it is torn')
  })

  it('of another job is refused', async () => {
    const store = memoryStore()
    await run(store, 1)
    expect((await failureOf(coordinator(store, 'other').claim())).code).toBe('CHECKPOINT_FOREIGN')
  })

  it('writes nothing that a retained one has', async () => {
    const store = memoryStore()
    const one = await run(store, 1)
    const parts = await store.list('parts/')
    const { sizeBytes } = await one.complete(cut(1, Buffer.from('state 1')))
    expect(sizeBytes).toBe(0)
    expect(await store.list('parts/')).toEqual(parts)
  })

  it('uses no name of a part again that was deleted: the request to delete it may come once more', async () => {
    const store = memoryStore()
    const deleted: string[] = []
    const onDelete = async (name: string) => {
      deleted.push(name)
      await store.delete(name)
    }
    const watched: CheckpointStore = { ...store, delete: onDelete }
    await run(watched, 1, 2, 3, 4, 1, 2, 3, 4)
    expect(deleted.length).toBeGreaterThan(4)
    for (const name of deleted) await store.delete(name)
    expect(await restoredNumber(store)).toBe(4)
  })

  it('is kept with the two before it, and with their parts alone', async () => {
    const store = memoryStore()
    const one = await run(store, 1, 2, 3, 4, 5)
    expect(await listEpochs(store)).toEqual([4, 5, 6])
    expect(await store.list('parts/')).toHaveLength(3)
    expect(one.epoch).toBe(6)
  })

  it('does not write again what an earlier one has written, and never refers to what is deleted', async () => {
    const store = memoryStore()
    const one = await run(store)
    const part = Buffer.from('state 7')
    expect((await one.complete(cut(7, part))).sizeBytes).toBe(7)
    expect((await one.complete(cut(7, part))).sizeBytes).toBe(0)
    for (const number of [1, 2, 3]) {
      await one.complete(cut(number))
      await one.deleteObsolete()
    }
    await one.complete(cut(7, part))
    expect(await restoredNumber(store)).toBe(7)
  })
})

describe('two runs of one job', () => {
  it('leave the older one unable to publish', async () => {
    const store = memoryStore()
    const older = await run(store, 1)
    const newer = await run(store)
    const failure = await failureOf(older.complete(cut(2)))
    expect(failure.code).toBe('JOB_FENCED')
    await newer.complete(cut(3))
    expect((await failureOf(older.complete(cut(4)))).code).toBe('JOB_FENCED')
    expect(await restoredNumber(store)).toBe(3)
  })

  it('leave the older one unable to publish even after its next epoch was published and deleted', async () => {
    const store = memoryStore()
    const older = await run(store, 1)
    const younger = await run(store, 2, 3, 4, 5, 6)
    expect(await listEpochs(store)).not.toContain(older.epoch + 1)
    expect(await failureOf(older.complete(cut(9)))).toMatchObject({ code: 'JOB_FENCED' })
    await younger.complete(cut(7))
    await younger.deleteObsolete()
    expect(await listEpochs(store)).toEqual([younger.epoch - 2, younger.epoch - 1, younger.epoch])
    expect(await restoredNumber(store)).toBe(7)
  })

  it('leave one that slept while it claimed without the job', async () => {
    const store = memoryStore()
    await run(store, 1)
    let slept = false
    const sleepy = coordinator(
      hookedStore(store, async (step) => {
        if (step !== 'writeOnce' || slept) return
        slept = true
        await run(store, 2, 3, 4, 5, 6)
      }),
    )
    expect((await failureOf(sleepy.claim())).code).toBe('JOB_FENCED')
    expect(await restoredNumber(store)).toBe(6)
  })

  it('do not delete what the other needs', async () => {
    const store = memoryStore()
    const older = await run(store, 1, 2, 3)
    const newer = await run(store, 4, 5, 6)
    await older.deleteObsolete()
    expect(await restoredNumber(store)).toBe(6)
    await failureOf(newer.complete(cut(7)))
    await newer.deleteObsolete()
    expect(await restoredNumber(store)).toBe(6)
  })

  it('of many that claim at once each gets an epoch of its own', async () => {
    const store = memoryStore()
    await run(store, 1)
    const runs = Array.from({ length: 8 }, () => coordinator(store))
    const claimed = await Promise.all(runs.map((one) => one.claim()))
    expect(runs.map(({ epoch }) => epoch).sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    expect(claimed.map(({ restored }) => restored?.sources['orders']?.enumerator)).toEqual(Array(8).fill(1))
    const completions = await Promise.allSettled(runs.map((one) => one.complete(cut(2))))
    expect(completions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('end with an error when the claim is always lost', async () => {
    const store = memoryStore()
    const lost: CheckpointStore = { ...store, writeOnce: async () => 'taken' }
    expect((await failureOf(coordinator(lost).claim())).code).toBe('JOB_FENCED')
  })

  it('are not taken for a broken one when the living deletes what the starting is looking at', async () => {
    const store = memoryStore()
    const living = await run(store, 1)
    let moved = false
    const slow = hookedStore(store, async (step) => {
      if (step !== 'read' || moved) return
      moved = true
      for (const number of [2, 3, 4, 5]) {
        await living.complete(cut(number))
        await living.deleteObsolete()
      }
    })
    expect(await restoredNumber(slow)).toBe(5)
  })
})

describe('the files of a keyed state', () => {
  it('are read once at a start, to be verified and to be used', async () => {
    const store = memoryStore()
    const one = coordinator(store)
    await one.claim()
    const contents = [1, 2, 3].map((number) => Uint8Array.of(number))
    const written = async (write: WriteFile) => [await Promise.all(contents.map(write))]
    const changes: StateChanges = { written, published: () => undefined }
    await one.complete({ ...cut(1), operators: { totals: { schema: 1, parts: [], changes } } })
    const reads: string[] = []
    const watched: CheckpointStore = {
      ...store,
      read: (name) => {
        if (name.startsWith('parts/')) reads.push(name)
        return store.read(name)
      },
    }
    const { restored } = await coordinator(watched).claim()
    const files = restored!.operators['totals']!.layers!.flat()
    expect(await Promise.all(files.map((file) => file.read()))).toEqual(contents)
    expect([reads.length, new Set(reads).size]).toEqual([3, 3])
    // A merge wants them again, much later.
    expect(await files[0]!.read()).toEqual(contents[0])
    expect(reads.length).toBe(4)
  })
})
