import { createHash, webcrypto } from 'node:crypto'
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
  /** Requests from outside that are done, and may still be there. */
  readonly requests?: readonly string[]
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

/** A snapshot whose parts are blobs of the store, as are the files of keyed state. */
export interface SnapshotEntry {
  readonly schema: number
  readonly parts: readonly PartEntry[]
  /** The oldest first. */
  readonly layers?: readonly (readonly PartEntry[])[]
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

/** Why a manifest cannot be used. */
export interface Unusable {
  readonly damage: string
  /** It is in a format that this version does not know yet: it may be whole. */
  readonly later?: true
}

/** The manifest, or why its bytes cannot be trusted. */
export function decodeManifest(content: Uint8Array): Manifest | Unusable {
  const text = Buffer.from(content).toString('utf8')
  const [, format] = /^millrace-checkpoint (\d+) /.exec(text) ?? []
  if (Number(format) > 1)
    return {
      damage: `it is in format ${format}, which a later version of Millrace writes and this one cannot read`,
      later: true,
    }
  const [, checksum, body] = /^millrace-checkpoint 1 sha256=([0-9a-f]{64})\n([^\n]*)\n$/.exec(text) ?? []
  if (checksum === undefined || body === undefined) return { damage: 'it is torn or not a manifest' }
  if (sha256(Buffer.from(body)) !== checksum) return { damage: 'its checksum does not match: it was changed' }
  return JSON.parse(body) as Manifest
}

/** All blobs that a manifest names. */
export function partsOf(manifest: Manifest): readonly PartEntry[] {
  return snapshotsOf(manifest).flatMap(({ parts, layers = [] }) => [...parts, ...layers.flat()])
}

/** The snapshots of all operators and sinks. */
export function snapshotsOf({ operators, sinks }: Manifest): readonly SnapshotEntry[] {
  return [...Object.values(operators), ...Object.values(sinks).map(({ state }) => state)]
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Less than this is hashed sooner than another thread begins with it. */
const largeBytes = 256 * 1024

/** The same, of what is large on another thread. */
export async function sha256Aside(content: Uint8Array): Promise<string> {
  if (content.length < largeBytes) return sha256(content)
  const digest = await webcrypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>)
  return Buffer.from(digest).toString('hex')
}
