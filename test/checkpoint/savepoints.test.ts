import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { CheckpointCoordinator, type Cut } from '../../src/checkpoint/coordinator.ts'
import { folderStore } from '../../src/checkpoint/folder-store.ts'
import { verify } from '../../src/checkpoint/inspection.ts'
import {
  deleteSavepoint,
  listSavepoints,
  makeSavepoint,
  savepointStore,
} from '../../src/checkpoint/savepoints.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import { failureOf } from '../runtime/failed.ts'
import { hookedStore } from '../runtime/hooked.ts'

function cut(number: number): Cut {
  return {
    sources: {},
    operators: { totals: { schema: 1, parts: [Buffer.from(`state ${number}`)] } },
    sinks: {},
    finished: false,
  }
}

async function runOn(store: CheckpointStore, checkpoints: number): Promise<CheckpointCoordinator> {
  const one = new CheckpointCoordinator('orders', store, manualClock(), () => 'lineage')
  await one.claim()
  for (let number = 0; number < checkpoints; number += 1) await next(one, number)
  return one
}

async function next(one: CheckpointCoordinator, number: number): Promise<void> {
  await one.complete(cut(number))
  await one.deleteObsolete()
}

describe('a savepoint', () => {
  it('is listed by its name, whole, and gone when it is deleted', async () => {
    const store = memoryStore()
    await runOn(store, 2)
    await makeSavepoint(store, 'orders', savepointStore(store, 'before-upgrade'))
    expect(await listSavepoints(store)).toMatchObject([{ name: 'before-upgrade', manifest: { epoch: 3 } }])
    expect(await verify(savepointStore(store, 'before-upgrade'))).toMatchObject([{ epoch: 3, damages: [] }])
    await deleteSavepoint(store, 'before-upgrade')
    expect(await listSavepoints(store)).toEqual([])
    expect(await store.list('savepoints/')).toEqual([])
    expect((await verify(store)).every(({ damages }) => damages.length === 0)).toBe(true)
  })

  it('may be copied to another place, by hand', async () => {
    const root = mkdtempSync(join(tmpdir(), 'millrace-savepoint-'))
    try {
      const store = folderStore(join(root, 'checkpoints'))
      await runOn(store, 2)
      await makeSavepoint(store, 'orders', savepointStore(store, 'first'))
      cpSync(join(root, 'checkpoints/savepoints/first'), join(root, 'elsewhere'), { recursive: true })
      expect(await verify(folderStore(join(root, 'elsewhere')))).toMatchObject([{ epoch: 3, damages: [] }])
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('is whole however the job goes on while it is copied', async () => {
    const store = memoryStore()
    const living = await runOn(store, 1)
    let moves = 0
    const moving = hookedStore(store, async (step, name) => {
      if (step !== 'read' || !name.startsWith('parts/') || moves === 3) return
      moves += 1
      for (const number of [1, 2, 3, 4]) await next(living, moves * 10 + number)
    })
    const target = memoryStore()
    const { epoch } = await makeSavepoint(moving, 'orders', target)
    expect(moves).toBe(3)
    expect(await verify(target)).toMatchObject([{ epoch, damages: [] }])
  })

  it('is not there at all when its copying was cut off', async () => {
    const store = memoryStore()
    await runOn(store, 1)
    const target = hookedStore(savepointStore(store, 'first'), (step, name) => {
      if (step === 'writeOnce' && name.startsWith('manifests/')) throw new Error('killed')
    })
    await expect(makeSavepoint(store, 'orders', target)).rejects.toThrow('killed')
    expect(await listSavepoints(store)).toMatchObject([
      { name: 'first', manifest: { damage: expect.stringContaining('no manifest') } },
    ])
    await makeSavepoint(store, 'orders', savepointStore(store, 'first'))
    expect(await listSavepoints(store)).toMatchObject([{ name: 'first', manifest: { job: 'orders' } }])
  })

  it('is refused for a job without a checkpoint, a name that is taken, and one that is malformed', async () => {
    const store = memoryStore()
    const make = (name: string) => makeSavepoint(store, 'orders', savepointStore(store, name))
    expect((await failureOf(make('first'))).code).toBe('SAVEPOINT_FAILED')
    await runOn(store, 1)
    await make('first')
    expect((await failureOf(make('first'))).message).toContain('holds a checkpoint already')
    expect(() => savepointStore(store, '../first')).toThrow('OPTION_INVALID')
    expect((await failureOf(deleteSavepoint(store, 'second'))).code).toBe('SAVEPOINT_FAILED')
  })
})
