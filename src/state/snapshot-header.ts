import type { Snapshot } from '../contract/snapshot.ts'
import { decodeCbor } from './cbor.ts'

/** What a snapshot of an operator says of itself. */
export interface SnapshotHeader {
  /** What must be the same for the state to fit. */
  readonly shape: string | undefined
  /** How far event time had come, in milliseconds since 1970. */
  readonly watermark: number | undefined
  /** What the values of a key are called, in their order, where they have names. */
  readonly names: readonly string[] | undefined
}

/** Reads what a snapshot of an operator says of itself: an object, or a list that begins with the shape. */
export function snapshotHeader({ parts: [first] }: Snapshot): SnapshotHeader {
  const header: unknown = first === undefined ? undefined : decodeCbor(first)
  if (Array.isArray(header)) return { shape: text(header[0]), watermark: undefined, names: undefined }
  if (typeof header !== 'object' || header === null) return noHeader
  const { shape, watermark, names } = header as Record<string, unknown>
  return {
    shape: text(shape),
    watermark: typeof watermark === 'number' ? watermark : undefined,
    names: Array.isArray(names) ? names.map(String) : undefined,
  }
}

const noHeader: SnapshotHeader = { shape: undefined, watermark: undefined, names: undefined }

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
