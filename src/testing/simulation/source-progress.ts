import type { Manifest, SourceEntry } from '../../checkpoint/manifest.ts'
import type { Gap } from '../../contract/source.ts'
import type { SimulatedShard } from './simulated-stream.ts'

/** What of a Kinesis source's part of a checkpoint tells how far its shards were read. */
export interface SourceProgress {
  readonly lineage?: {
    readonly shards: readonly {
      readonly id: string
      readonly parents: readonly string[]
      readonly range: { readonly start: string; readonly end: string }
    }[]
    readonly finished: readonly string[]
  } | null
  readonly read?: Readonly<
    Record<string, { readonly after: string | null; readonly readUntil: number } | undefined>
  >
  readonly wantedSince?: number
  readonly gaps?: { readonly latest: readonly Gap[] }
}

export function progressOf(entry: SourceEntry | undefined): SourceProgress {
  return (entry?.enumerator ?? {}) as SourceProgress
}

export function progressIn(manifest: Manifest | undefined, source: string): SourceProgress {
  return progressOf(manifest?.sources[source])
}

/** Where a position stands in a shard. */
export interface Place {
  /** So many of its records come before, */
  readonly place: number
  /** and of the next one, which holds several, only some. */
  readonly partly: boolean
}

export function placeOf({ records }: SimulatedShard, position: string | null | undefined): Place {
  if (position == null) return { place: 0, partly: false }
  const [sequenceNumber] = position.split(':')
  const at = records.findIndex((record) => record.sequenceNumber === sequenceNumber)
  const partly = position.endsWith('+')
  return { place: partly ? at : at + 1, partly }
}

/** How many records were begun before a place. */
export function begunAt({ place, partly }: Place): number {
  return partly ? place + 1 : place
}
