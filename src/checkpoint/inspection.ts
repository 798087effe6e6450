import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { MillraceError } from '../errors.ts'
import { type SnapshotStateEntry, snapshotEntries } from '../state/snapshot-entries.ts'
import { type SnapshotHeader, snapshotHeader } from '../state/snapshot-header.ts'
import { type Manifest, type PartEntry, partsOf, sha256 } from './manifest.ts'
import { listEpochs, type Restored, readManifest, readParts, restoredFrom, unusable } from './recovery.ts'

/** A checkpoint that was opened to be looked at. */
export interface OpenCheckpoint {
  readonly manifest: Manifest
  readonly content: Restored
}

/** An operator's part of a checkpoint, in figures. */
export interface OperatorFigures extends SnapshotHeader {
  readonly name: string
  readonly version: number
  readonly schema: number
  readonly keys: number
  readonly namespaces: number
  readonly sizeBytes: number
}

/** What was found when every checksum was computed. */
export interface Verified {
  readonly epoch: number
  readonly parts: number
  readonly sizeBytes: number
  /** What is wrong, a line for each piece; empty if all is whole. */
  readonly damages: readonly string[]
}

/**
 * Opens a checkpoint without the job.
 *
 * @param epoch Default: the newest that there is.
 * @throws MillraceError `OPTION_INVALID` if there is none, `CHECKPOINT_CORRUPT` if it is damaged, `CHECKPOINT_INCOMPATIBLE`
 *   if it is in a later format.
 */
export async function openCheckpoint(store: CheckpointStore, epoch?: number): Promise<OpenCheckpoint> {
  const epochs = await listEpochs(store)
  if (epochs.length === 0)
    throw new MillraceError('OPTION_INVALID', `${store.description} holds no checkpoint`)
  const wanted = epoch ?? Math.max(...epochs)
  if (!epochs.includes(wanted)) {
    throw new MillraceError(
      'OPTION_INVALID',
      `${store.description} holds no epoch ${wanted}: it holds ${epochs.join(', ')}`,
    )
  }
  const manifest = await readManifest(store, wanted)
  if ('damage' in manifest) throw unusable(store, wanted, manifest)
  const parts = await readParts(store, manifest)
  if (typeof parts === 'string') throw unusable(store, wanted, { damage: parts })
  return { manifest, content: restoredFrom(manifest, parts) }
}

/** All that an operator keeps, in figures. */
export async function operatorFigures({
  manifest,
  content,
}: OpenCheckpoint): Promise<readonly OperatorFigures[]> {
  const figures: OperatorFigures[] = []
  for (const [name, snapshot] of Object.entries(content.operators)) {
    const namespaces = new Set<number>()
    let keys = 0
    for await (const { namespace } of snapshotEntries(snapshot)) {
      namespaces.add(namespace)
      keys += 1
    }
    figures.push({
      ...snapshotHeader(snapshot),
      ...{ name, version: manifest.versions?.[name] ?? 1, schema: snapshot.schema },
      ...{ keys, namespaces: namespaces.size, sizeBytes: sizeOf({ operators: manifest.operators, name }) },
    })
  }
  return figures
}

/**
 * What an operator keeps, key by key; values by their names where they have some.
 *
 * @throws MillraceError `OPTION_INVALID` if the checkpoint has no such operator.
 */
export async function* operatorEntries(
  { manifest, content }: OpenCheckpoint,
  operator: string,
): AsyncGenerator<SnapshotStateEntry> {
  const snapshot = content.operators[operator]
  if (snapshot === undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      `epoch ${manifest.epoch} holds no operator "${operator}": it holds ${Object.keys(content.operators).join(', ') || 'none'}`,
    )
  }
  const { names } = snapshotHeader(snapshot)
  for await (const entry of snapshotEntries(snapshot)) yield { ...entry, value: named(entry.value, names) }
}

/** Reads every epoch of a store and computes every checksum. */
export async function verify(store: CheckpointStore): Promise<readonly Verified[]> {
  const verified: Verified[] = []
  for (const epoch of await listEpochs(store)) {
    const manifest = await readManifest(store, epoch)
    if ('damage' in manifest) {
      verified.push({ epoch, parts: 0, sizeBytes: 0, damages: [`the manifest: ${manifest.damage}`] })
      continue
    }
    const parts = partsOf(manifest)
    const damages: string[] = []
    for (const part of parts) damages.push(...(await damageOf(store, part)))
    verified.push({ epoch, parts: parts.length, sizeBytes: bytesOf(parts), damages })
  }
  return verified
}

async function damageOf(store: CheckpointStore, { name, sha256: checksum, sizeBytes }: PartEntry) {
  const content = await store.read(name)
  if (content === undefined) return [`${name} is missing`]
  if (content.length !== sizeBytes) return [`${name} has ${content.length} bytes, not ${sizeBytes}`]
  return sha256(content) === checksum ? [] : [`the checksum of ${name} does not match: it was changed`]
}

/** What all parts of a checkpoint weigh. */
export function checkpointBytes(manifest: Manifest): number {
  return bytesOf(partsOf(manifest))
}

function sizeOf({ operators, name }: { operators: Manifest['operators']; name: string }): number {
  return bytesOf(partsOf({ operators: { [name]: operators[name]! }, sinks: {} } as unknown as Manifest))
}

function bytesOf(parts: readonly PartEntry[]): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function named(value: unknown, names: readonly string[] | undefined): unknown {
  if (names === undefined || !Array.isArray(value)) return value
  return Object.fromEntries(names.map((name, index) => [name, value[index]]))
}
