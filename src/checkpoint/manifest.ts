import { createHash } from 'node:crypto'
import type { Json } from '../contract/json.ts'
import type { Committable } from '../contract/sink.ts'

/**
 * The one record that says where a job is. Publishing it makes everything in it true at once: lineage, positions, state
 * and what sinks may make visible. `docs/checkpoints.md` describes the format.
 */
export interface Manifest {
  readonly format: 1
  readonly job: string
  /** Names this history of the job, from its first start on. */
  readonly lineage: string
  readonly epoch: number
  /** The epoch at which the run that wrote this claimed the job. A run stops when it meets a higher one. */
  readonly generation: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** The input has ended and every window is closed: nothing is left to run. */
  readonly finished: boolean
  /** The savepoint that this history was restored from, if it was: the SHA-256 of its manifest. */
  readonly origin?: string
  /** The versions of state, by operator. Default 1. */
  readonly versions?: Readonly<Record<string, number>>
  /** The kinds of sources and sinks, such as `kinesis`, by their names. */
  readonly kinds?: Readonly<Record<string, string>>
  readonly sources: Readonly<Record<string, SourceEntry>>
  readonly operators: Readonly<Record<string, SnapshotEntry>>
  readonly sinks: Readonly<Record<string, SinkEntry>>
}

export interface SourceEntry {
  readonly enumerator: Json
  /** The position of every split that was begun and is not finished. */
  readonly positions: Readonly<Record<string, string>>
  /** Splits that are finished, with those of their children that are not begun. */
  readonly awaiting: Readonly<Record<string, readonly string[]>>
}

export interface SinkEntry {
  readonly state: SnapshotEntry
  readonly committables: readonly Committable[]
}

/** A snapshot whose parts are blobs of the store. */
export interface SnapshotEntry {
  readonly schema: number
  readonly parts: readonly PartEntry[]
}

export interface PartEntry {
  readonly name: string
  readonly sha256: string
  readonly sizeBytes: number
}

const manifestFolder = 'manifests/'

/** The name of a manifest; the order of names is the order of epochs. */
export function manifestName(epoch: number): string {
  return `${manifestFolder}${String(epoch).padStart(12, '0')}.json`
}

export const manifestPrefix = manifestFolder

export function epochOf(name: string): number | undefined {
  const [, digits] = /^manifests\/(\d{12})\.json$/.exec(name) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Two lines: the checksum of the second, and the manifest in JSON. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const body = JSON.stringify(manifest)
  return Buffer.from(`millrace-checkpoint 1 sha256=${sha256(Buffer.from(body))}\n${body}\n`)
}

/** The manifest, or why its bytes cannot be trusted. */
export function decodeManifest(content: Uint8Array): Manifest | { readonly damage: string } {
  const text = Buffer.from(content).toString('utf8')
  const [, checksum, body] = /^millrace-checkpoint 1 sha256=([0-9a-f]{64})\n([^\n]*)\n$/.exec(text) ?? []
  if (checksum === undefined || body === undefined) return { damage: 'it is torn or not a manifest' }
  if (sha256(Buffer.from(body)) !== checksum) return { damage: 'its checksum does not match: it was changed' }
  return JSON.parse(body) as Manifest
}

export function partsOf(manifest: Manifest): readonly PartEntry[] {
  return [
    ...Object.values(manifest.operators),
    ...Object.values(manifest.sinks).map((sink) => sink.state),
  ].flatMap((snapshot) => snapshot.parts)
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
