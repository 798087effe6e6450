import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { MillraceError } from '../errors.ts'
import { copyParts } from './copy-parts.ts'
import { encodeManifest, type Manifest, manifestName, manifestPrefix, type Unusable } from './manifest.ts'
import { findManifest, listEpochs, readManifest } from './recovery.ts'
import { storeWithin } from './store-within.ts'

const folder = 'savepoints'
const nameOfSavepoint = /^[a-z0-9][a-z0-9-]{0,63}$/
/** How often a copy begins anew because the running job has deleted the epoch meanwhile. */
const copyAttempts = 20

/** A checkpoint that has a name, and that nobody but its user deletes. */
export interface Savepoint {
  readonly name: string
  /** Or why it cannot be used. */
  readonly manifest: Manifest | Unusable
}

/** The savepoint of this name, as a store that holds nothing else: its folder may be copied anywhere. */
export function savepointStore(store: CheckpointStore, name: string): CheckpointStore {
  if (!nameOfSavepoint.test(name)) {
    throw new MillraceError(
      'OPTION_INVALID',
      `the savepoint's name ${JSON.stringify(name)} is not made of 1 to 64 lowercase letters, digits and "-"`,
    )
  }
  return storeWithin(store, `${folder}/${name}`)
}

/**
 * Copies the newest good checkpoint of a job to `target`: everything it names, then the manifest, so that a savepoint is
 * whole or not there. The job may run meanwhile.
 *
 * @throws MillraceError `SAVEPOINT_FAILED` if there is no checkpoint, or the target holds one already.
 */
export async function makeSavepoint(
  store: CheckpointStore,
  job: string,
  target: CheckpointStore,
): Promise<Manifest> {
  if ((await listEpochs(target)).length > 0) throw exists(target)
  for (let attempt = 1; ; attempt += 1) {
    const manifest = await findManifest(store, job)
    if (manifest === undefined) {
      throw new MillraceError('SAVEPOINT_FAILED', `${store.description} holds no good checkpoint`)
    }
    const damage = await copyParts(store, target, manifest, (name) => name)
    if (damage === undefined) {
      const outcome = await target.writeOnce(manifestName(manifest.epoch), encodeManifest(manifest))
      if (outcome === 'taken') throw exists(target)
      return manifest
    }
    const overtaken = (await listEpochs(store)).some((epoch) => epoch > manifest.epoch)
    if (!overtaken || attempt === copyAttempts) {
      throw new MillraceError('SAVEPOINT_FAILED', `epoch ${manifest.epoch} cannot be copied: ${damage}`)
    }
  }
}

/** The savepoints that a store holds besides checkpoints, by their names; also what cannot be used. */
export async function listSavepoints(store: CheckpointStore): Promise<readonly Savepoint[]> {
  const names = new Set((await store.list(`${folder}/`)).map((blob) => blob.split('/')[1]!))
  const found: Savepoint[] = []
  for (const name of [...names].filter((one) => nameOfSavepoint.test(one)))
    found.push({ name, manifest: await manifestOf(savepointStore(store, name)) })
  return found
}

async function manifestOf(savepoint: CheckpointStore): Promise<Manifest | Unusable> {
  const epochs = await listEpochs(savepoint)
  if (epochs.length > 0) return readManifest(savepoint, Math.max(...epochs))
  return { damage: 'it has no manifest: it is being made, or whoever made it was killed' }
}

/**
 * Deletes a savepoint: the manifest first, so that what is left after a crash is not taken for one.
 *
 * @throws MillraceError `SAVEPOINT_FAILED` if there is none of this name.
 */
export async function deleteSavepoint(store: CheckpointStore, name: string): Promise<void> {
  const own = savepointStore(store, name)
  const blobs = await own.list('')
  if (blobs.length === 0) {
    throw new MillraceError('SAVEPOINT_FAILED', `${store.description} has no savepoint "${name}"`)
  }
  const manifests = blobs.filter((blob) => blob.startsWith(manifestPrefix))
  for (const blob of [...manifests, ...blobs.filter((other) => !manifests.includes(other))])
    await own.delete(blob)
}

function exists(target: CheckpointStore): MillraceError {
  return new MillraceError('SAVEPOINT_FAILED', `${target.description} holds a checkpoint already`)
}
