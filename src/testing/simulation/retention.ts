import type { Manifest } from '../../checkpoint/manifest.ts'
import type { Gap } from '../../contract/source.ts'
import { type Duration, milliseconds } from '../../units.ts'
import { type FaultKind, faultKinds } from './fault.ts'
import { hashKeyOf, type SimulatedStream } from './simulated-stream.ts'

/** That records expire in a history, and what the job does then. */
export interface Retention {
  readonly ms: number
  readonly onDataLoss: 'fail' | 'continue'
}

/** By source, the places of inputs that a job may have gone on without. */
export type Missable = Readonly<Record<string, ReadonlySet<number>>>

/** A clock that is wrong by more than the retention makes every record expire, and a job may be back at its first start. */
export const retentionFaults: readonly FaultKind[] = [
  ...faultKinds.filter((kind) => kind !== 'clock jump' && kind !== 'damaged checkpoint'),
  'absence',
]

export function retentionOf(
  ms: Duration | undefined,
  onDataLoss: Retention['onDataLoss'] = 'fail',
): Retention | undefined {
  return ms && { ms: milliseconds(ms), onDataLoss }
}

/** What of the source's part of a checkpoint tells how far shards were read. */
interface Progress {
  readonly lineage?: {
    readonly shards: readonly { readonly id: string }[]
    readonly finished: readonly string[]
  } | null
  readonly read?: Readonly<
    Record<string, { readonly after: string | null; readonly readUntil: number } | undefined>
  >
  readonly wantedSince?: number
  readonly gaps?: { readonly latest: readonly Gap[] }
}

/** Whether a job has noted that what arrives from now on may not be missed: what a stream loses before is no loss. */
export function isWanted(stream: SimulatedStream, source: string, last: Manifest | undefined): boolean {
  const { wantedSince = Number.POSITIVE_INFINITY } = progressOf(source, last)
  return wantedSince <= stream.now
}

/** What is known of a shard from its numbers alone is cut to seconds, and its beginning may be a minute early. */
const doubtMs = 61_000

/** Whether records may have expired that a job had not read at its last checkpoint. */
export function mayHaveExpired(stream: SimulatedStream, source: string, last: Manifest | undefined): boolean {
  const expiredUntil = stream.now - stream.retentionMs
  const { lineage, read = {} } = progressOf(source, last)
  if (!lineage) return stream.createdAt < expiredUntil
  const finished = new Set(lineage.finished)
  return lineage.shards.some(({ id }) => {
    if (finished.has(id)) return false
    const position = last?.sources[source]?.positions[id] ?? null
    const noted = read[id]
    const sure = noted !== undefined && noted.after === position
    return (sure ? noted.readUntil : stream.shards.get(id)!.createdAt - doubtMs) < expiredUntil
  })
}

/** The places of the inputs that lie in gaps of the last checkpoint. */
export function missableIn(
  stream: SimulatedStream,
  source: string,
  last: Manifest | undefined,
  puts: readonly { readonly at: number; readonly key: string; readonly index: number }[],
): ReadonlySet<number> {
  const { gaps } = progressOf(source, last)
  const inGap = (key: string, at: number) =>
    (gaps?.latest ?? []).some(({ range, from, until }) => {
      const hashKey = hashKeyOf(key)
      const inRange = BigInt(range.start) <= hashKey && hashKey <= BigInt(range.end)
      return inRange && (from ?? 0) <= at && at <= until && until <= stream.now
    })
  return new Set(puts.filter(({ key, at }) => inGap(key, at)).map(({ index }) => index))
}

function progressOf(source: string, last: Manifest | undefined): Progress {
  return (last?.sources[source]?.enumerator ?? {}) as Progress
}
