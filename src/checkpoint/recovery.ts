import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Committable } from '../contract/sink.ts'
import type { Snapshot, StoredFile } from '../contract/snapshot.ts'
import { MillraceError } from '../errors.ts'
import {
  decodeManifest,
  epochOf,
  type Manifest,
  manifestName,
  manifestPrefix,
  type PartEntry,
  type SnapshotEntry,
  type SourceEntry,
  sha256Aside,
  snapshotsOf,
  type Unusable,
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
  /** See {@link Manifest.requests}. */
  readonly requests: readonly string[]
  readonly sources: Readonly<Record<string, SourceEntry>>
  readonly operators: Readonly<Record<string, Snapshot>>
  readonly sinks: Readonly<
    Record<string, { readonly state: Snapshot; readonly committables: readonly Committable[] }>
  >
}

/** How many files are read at a time. */
const readAhead = 4

/** So many bytes of files of keyed state are kept after they have been verified, until they are wanted. */
const keptBytes = 256 * 2 ** 20

/** The bytes of parts, and the files of keyed state without theirs, by their names. */
export interface Parts {
  readonly contents: ReadonlyMap<string, { readonly entry: PartEntry; readonly content: Uint8Array }>
  readonly files: ReadonlyMap<string, { readonly entry: PartEntry; readonly file: StoredFile }>
}

export const noParts: Parts = { contents: new Map(), files: new Map() }

export type Found = Candidate & { readonly parts?: Parts }

/**
 * Looks at the epochs of a job from the newest down to the first that can be trusted: its manifest and all its parts
 * are there, with the checksums that they should have. Or to one of a later format.
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
    if (candidate.later) break
  }
  return found
}

/**
 * The manifest of the newest epoch that can be read, whether or not its parts are whole.
 *
 * @throws MillraceError `CHECKPOINT_FOREIGN` if it is of another job, `CHECKPOINT_INCOMPATIBLE` if it is in a later format.
 */
export async function findManifest(store: CheckpointStore, job: string): Promise<Manifest | undefined> {
  const epochs = (await listEpochs(store)).sort((a, b) => b - a)
  for (const epoch of epochs) {
    const manifest = await readManifest(store, epoch)
    if ('damage' in manifest && manifest.later) throw unusable(store, epoch, manifest)
    if ('damage' in manifest) continue
    if (manifest.job !== job) throw foreign(store, manifest)
    return manifest
  }
  return undefined
}

/** The manifest of an epoch, or what is wrong with it. */
export async function readManifest(store: CheckpointStore, epoch: number): Promise<Manifest | Unusable> {
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
  const load = ({ schema, parts: entries, layers }: SnapshotEntry): Snapshot => ({
    schema,
    parts: entries.map(({ name }) => parts.contents.get(name)!.content),
    ...(layers && { layers: layers.map((files) => files.map(({ name }) => parts.files.get(name)!.file)) }),
  })
  return {
    epoch: manifest.epoch,
    finished: manifest.finished,
    versions: manifest.versions ?? {},
    kinds: manifest.kinds ?? {},
    requests: manifest.requests ?? [],
    sources: manifest.sources,
    operators: mapped(manifest.operators, load),
    sinks: mapped(manifest.sinks, ({ state, committables }) => ({ state: load(state), committables })),
  }
}

async function examine(store: CheckpointStore, job: string, epoch: number): Promise<Found> {
  const manifest = await readManifest(store, epoch)
  if ('damage' in manifest) return { epoch, ...manifest }
  if (manifest.job !== job) throw foreign(store, manifest)
  const parts = await readParts(store, manifest)
  return typeof parts === 'string' ? { epoch, damage: parts } : { epoch, manifest, parts }
}

/**
 * The parts, or what is wrong with them. Files of keyed state are read to see that they are whole, and kept until they are
 * wanted. They may be large together: those beyond some size are read once more then.
 */
export async function readParts(store: CheckpointStore, manifest: Manifest): Promise<Parts | string> {
  const contents = new Map<string, { entry: PartEntry; content: Uint8Array }>()
  const files = new Map<string, { entry: PartEntry; file: StoredFile }>()
  for (const entry of snapshotsOf(manifest).flatMap(({ parts }) => parts)) {
    const content = await wholePart(store, entry)
    if (typeof content === 'string') return content
    contents.set(entry.name, { entry, content })
  }
  const entries = snapshotsOf(manifest).flatMap(({ layers = [] }) => layers.flat())
  let kept = 0
  for (let place = 0; place < entries.length; place += readAhead) {
    const some = entries.slice(place, place + readAhead)
    const found = await Promise.all(some.map((entry) => wholePart(store, entry)))
    const damage = found.find((content) => typeof content === 'string')
    if (damage !== undefined) return damage
    for (const [index, entry] of some.entries()) {
      kept += entry.sizeBytes
      const content = kept <= keptBytes ? (found[index] as Uint8Array) : undefined
      files.set(entry.name, { entry, file: storedFile(store, entry, content) })
    }
  }
  return { contents, files }
}

/**
 * A file of keyed state that a manifest names.
 *
 * @param verified Its bytes, if they have just been read. Whoever wants them first gets them, and they are kept no longer.
 */
export function storedFile(store: CheckpointStore, entry: PartEntry, verified?: Uint8Array): StoredFile {
  let kept = verified
  return {
    sizeBytes: entry.sizeBytes,
    read: async () => {
      const known = kept
      kept = undefined
      if (known !== undefined) return known
      const content = await wholePart(store, entry)
      if (typeof content !== 'string') return content
      throw new MillraceError(
        'CHECKPOINT_CORRUPT',
        `a checkpoint in ${store.description} was good: ${content}`,
      )
    },
  }
}

/** The bytes of a part, or what is wrong with them. */
async function wholePart(store: CheckpointStore, { name, sha256 }: PartEntry): Promise<Uint8Array | string> {
  const content = await store.read(name)
  if (content === undefined) return `its part ${name} is missing`
  if ((await sha256Aside(content)) !== sha256) return `the checksum of its part ${name} does not match`
  return content
}

function mapped<A, B>(record: Readonly<Record<string, A>>, convert: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]))
}

function foreign(store: CheckpointStore, { job }: Manifest): MillraceError {
  return new MillraceError('CHECKPOINT_FOREIGN', `${store.description} holds checkpoints of the job "${job}"`)
}

/** What is told of a checkpoint that was asked for and cannot be used. */
export function unusable(store: CheckpointStore, epoch: number, { damage, later }: Unusable): MillraceError {
  return new MillraceError(
    later ? 'CHECKPOINT_INCOMPATIBLE' : 'CHECKPOINT_CORRUPT',
    `epoch ${epoch} in ${store.description}: ${damage}`,
  )
}
