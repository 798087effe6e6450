import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderStore } from 'millrace'
import { manualClock } from 'millrace/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { CheckpointCoordinator } from '../../src/checkpoint/coordinator.ts'
import { decodeManifest, type Manifest, partsOf } from '../../src/checkpoint/manifest.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import { diskState, memoryState } from '../../src/contract/state-backend.ts'
import { plainContent } from '../../src/state/state-content.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { publishedLayers } from '../state/settled-snapshot.ts'
import { stateIn } from '../state/state-in.ts'
import { manifestsIn } from './damage.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-state-files-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const content = plainContent<string>('texts')
const [checkpoints, keys, changesEach] = [200, 4_000, 200]
const textOf = (key: number, round: number) => `${key} in round ${round}`.padEnd(60, '.')

const manifestsOf = async (store: CheckpointStore): Promise<Manifest[]> =>
  Promise.all(
    (await manifestsIn(store)).map(async (name) => decodeManifest((await store.read(name))!) as Manifest),
  )

/** All files that the newest checkpoint needs, layer by layer. */
async function layersOf(store: CheckpointStore): Promise<readonly (readonly string[])[]> {
  const [newest] = await manifestsOf(store)
  const { layers = [] } = newest!.operators['totals']!
  return layers.map((files) => files.map(({ name }) => name))
}

describe.each([
  ['in memory', memoryState()],
  ['on disk', diskState()],
])('keyed state %s through many checkpoints', (_where, backend) => {
  it('stays in few files, which a restart reads, and leaves none behind', async () => {
    const folder = mkdtempSync(join(root, 'job-'))
    const store = folderStore(folder)
    const chance = new Chance(7)
    const coordinator = new CheckpointCoordinator('texts', store, manualClock(), () => 'lineage')
    await coordinator.claim()
    const state = stateIn(content, backend)
    const expected = new Map<number, string>()
    const sizeOf = (name: string) => statSync(join(folder, name)).size
    for (let round = 0; round < checkpoints; round += 1) {
      for (let change = 0; change < changesEach; change += 1) {
        const key = chance.between(0, keys - 1)
        if (chance.in(0.2)) {
          state.within(0).delete(key)
          expected.delete(key)
        } else {
          state.within(0).set(key, textOf(key, round))
          expected.set(key, textOf(key, round))
        }
      }
      await coordinator.complete({
        sources: {},
        operators: { totals: { schema: 1, parts: [], changes: state.snapshot() } },
        sinks: {},
        finished: false,
      })
      await coordinator.deleteObsolete()
      const layers = await layersOf(store)
      const bytes = layers.map((files) => files.reduce((sum, name) => sum + sizeOf(name), 0))
      const whole = expected.size * 70
      expect(layers.length).toBeLessThanOrEqual(10)
      // Twice the first layer, which may say something of keys that are gone by now; and what is always written as one.
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(3 * whole + 64 * 1024)
      expect(layers.flat().every((name) => sizeOf(name) > 0)).toBe(true)
    }
    const parts = readdirSync(join(folder, 'parts'))
    const named = (await manifestsOf(store)).flatMap(partsOf).map(({ name }) => name)
    expect(parts.map((part) => `parts/${part}`).sort()).toEqual([...new Set(named)].sort())

    const { restored } = await new CheckpointCoordinator('texts', store, manualClock(), () => 'other').claim()
    const next = stateIn(content, backend)
    const { layers = [] } = restored!.operators['totals']!
    await next.open(layers, { signal: new AbortController().signal, resume: (act) => act() })
    expect(new Map(next.within(0).entries())).toEqual(expected)
    expect(await publishedLayers(next.snapshot())).toHaveLength(layers.length)
  })
})
