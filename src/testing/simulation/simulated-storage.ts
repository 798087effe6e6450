import { decodeManifest, epochOf, type Manifest, manifestName, partsOf } from '../../checkpoint/manifest.ts'
import type { CheckpointStore } from '../../contract/checkpoint-store.ts'
import type { Call } from './fault.ts'
import type { ManifestChecks } from './manifest-checks.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** Where all processes of a history keep their checkpoints. */
export class SimulatedStorage {
  readonly #blobs = new Map<string, Uint8Array>()
  readonly #manifests = new Map<string, Manifest>()
  readonly #world: World
  readonly #checks: ManifestChecks

  constructor(world: World, checks: ManifestChecks) {
    this.#world = world
    this.#checks = checks
  }

  /** The storage as one process reaches it. */
  storeOf(process: SimulatedProcess): CheckpointStore {
    const call = <T>(operation: string, detail: string, writes: boolean, act: () => T): Promise<T> =>
      process.call({ service: 'store', operation, detail, writes } satisfies Call, act)
    return {
      description: 'the simulated storage',
      writeOnce: (name, content) => {
        const bytes = content.slice()
        return call('writeOnce', traced(name), true, () => this.#writeOnce(name, bytes))
      },
      read: (name) => call('read', traced(name), false, () => this.#blobs.get(name)?.slice()),
      list: (prefix) =>
        call('list', prefix, false, () =>
          [...this.#blobs.keys()].filter((name) => name.startsWith(prefix)).sort(),
        ),
      delete: (name) => call('delete', traced(name), true, () => this.#delete(name)),
    }
  }

  /** Tears the newest manifest, if there is one before it to fall back to, and that will do. */
  tear(willDo: (before: Manifest) => boolean = () => true): boolean {
    const { last } = this.#checks
    const name = last && manifestName(last.epoch)
    const before = last && this.#manifests.get(manifestName(last.epoch - 1))
    if (name === undefined || before === undefined || !willDo(before)) return false
    this.#blobs.set(name, this.#blobs.get(name)!.subarray(0, 40))
    this.#manifests.delete(name)
    this.#checks.fallBackTo(before)
    this.#world.tell(`${name} is torn`)
    return true
  }

  #writeOnce(name: string, content: Uint8Array): 'written' | 'taken' {
    if (this.#blobs.has(name)) return 'taken'
    this.#blobs.set(name, content)
    if (epochOf(name) === undefined) return 'written'
    const manifest = decodeManifest(content)
    if ('damage' in manifest) this.#world.breaks(`${name} was written, and ${manifest.damage}`)
    else if (this.#checks.published(manifest, (part) => this.#blobs.has(part)))
      this.#manifests.set(name, manifest)
    return 'written'
  }

  #delete(name: string): void {
    this.#blobs.delete(name)
    this.#manifests.delete(name)
    for (const manifest of this.#manifests.values()) {
      if (partsOf(manifest).some((part) => part.name === name))
        this.#world.breaks(`part ${traced(name)} was deleted, which epoch ${manifest.epoch} needs`)
    }
    if (epochOf(name) === this.#checks.last?.epoch) this.#world.breaks(`the newest manifest was deleted`)
  }
}

/** Names of parts are long. */
function traced(name: string): string {
  return name.length > 32 ? `${name.slice(0, 32)}…` : name
}
