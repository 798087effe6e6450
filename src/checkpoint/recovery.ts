import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Committable } from '../contract/sink.ts'
import type { Snapshot } from '../contract/snapshot.ts'
import { MillraceError } from '../errors.ts'
import {
  decodeManifest,
  epochOf,
  type Manifest,
  manifestName,
  manifestPrefix,
  type PartEntry,
  partsOf,
  type SnapshotEntry,
  type SourceEntry,
  sha256,
} from './manifest.ts'
import type { Candidate } from './protocol.ts'

/** A checkpoint with its parts at hand. */
export interface Restored {
  readonly epoch: number
  readonly finished: boolean
  /** See {@link Manifest.versions}. */
  readonly versions: Readonly<Record<string, number>>
  /** See {@link Manifest.kinds}. */
  readonly kinds: Readonly<Record<string, string>>
  readonly sources: Readonly<Record<string, SourceEntry>>
  readonly operators: Readonly<Record<string, Snapshot>>
  readonly sinks: Readonly<
    Record<string, { readonly state: Snapshot; readonly committables: readonly Committable[] }>
  >
}

/** The bytes of parts by their entries in the manifest. */
export type Parts = ReadonlyMap<string, { readonly entry: PartEntry; readonly content: Uint8Array }>

export type Found = Candidate & { readonly parts?: Parts }

/**
 * Looks at the epochs of a job from the newest down to the first that can be trusted: its manifest and all its parts
 * are there, with the checksums that they should have.
 *
 * @throws MillraceError `CHECKPOINT_FOREIGN` if the checkpoints are of another job.
 */
export async function findCheckpoints(store: CheckpointStore, job: string): Promise<Found[]> {
  const epochs = (await listEpochs(store)).sort((a, b) => b - a)
  const found: Found[] = []
  for (const epoch of epochs) {
    const candidate = await examine(store, job, epoch)
    found.push(candidate)
    if ('manifest' in candidate) break
  }
  return found
}

/**
 * The manifest of the newest epoch that can be read, or of a given one, whether or not its parts are whole.
 *
 * @throws MillraceError `CHECKPOINT_FOREIGN` if it is of another job.
 */
export async function findManifest(
  store: CheckpointStore,
  job?: string,
  wanted?: number,
): Promise<Manifest | undefined> {
  const epochs = (await listEpochs(store)).sort((a, b) => b - a)
  for (const epoch of epochs) {
    if (wanted !== undefined && epoch !== wanted) continue
    const manifest = await readManifest(store, epoch)
    if ('damage' in manifest) continue
    if (job !== undefined && manifest.job !== job) throw foreign(store, manifest)
    return manifest
  }
  return undefined
}

/** The manifest of an epoch, or what is wrong with it. */
export async function readManifest(
  store: CheckpointStore,
  epoch: number,
): Promise<Manifest | { readonly damage: string }> {
  const content = await store.read(manifestName(epoch))
  const manifest = content === undefined ? { damage: 'it has vanished' } : decodeManifest(content)
  if ('damage' in manifest || manifest.epoch === epoch) return manifest
  return { damage: `it says that it is epoch ${manifest.epoch}` }
}

export async function listEpochs(store: CheckpointStore): Promise<number[]> {
  return (await store.list(manifestPrefix)).flatMap((name) => epochOf(name) ?? [])
}

/** The snapshots of a manifest, put together from its parts. */
export function restoredFrom(manifest: Manifest, parts: Parts): Restored {
  const load = ({ schema, parts: entries }: SnapshotEntry): Snapshot => ({
    schema,
    parts: entries.map((entry) => parts.get(entry.name)!.content),
  })
  return {
    epoch: manifest.epoch,
    finished: manifest.finished,
    versions: manifest.versions ?? {},
    kinds: manifest.kinds ?? {},
    sources: manifest.sources,
    operators: mapped(manifest.operators, load),
    sinks: mapped(manifest.sinks, ({ state, committables }) => ({ state: load(state), committables })),
  }
}

async function examine(store: CheckpointStore, job: string, epoch: number): Promise<Found> {
  const manifest = await readManifest(store, epoch)
  if ('damage' in manifest) return { epoch, damage: manifest.damage }
  if (manifest.job !== job) throw foreign(store, manifest)
  const parts = await readParts(store, manifest)
  return typeof parts === 'string' ? { epoch, damage: parts } : { epoch, manifest, parts }
}

function foreign(store: CheckpointStore, { job }: Manifest): MillraceError {
  return new MillraceError('CHECKPOINT_FOREIGN', `${store.description} holds checkpoints of the job "${job}"`)
}

/** The parts of a manifest, or what is wrong with them. */
export async function readParts(store: CheckpointStore, manifest: Manifest): Promise<Parts | string> {
  const parts = new Map<string, { entry: PartEntry; content: Uint8Array }>()
  for (const entry of partsOf(manifest)) {
    const content = await store.read(entry.name)
    if (content === undefined) return `its part ${entry.name} is missing`
    if (sha256(content) !== entry.sha256) return `the checksum of its part ${entry.name} does not match`
    parts.set(entry.name, { entry, content })
  }
  return parts
}

function mapped<A, B>(record: Readonly<Record<string, A>>, convert: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]))
}
