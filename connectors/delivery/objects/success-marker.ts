import type { Writer } from './file-name.ts'
import type { PartitionEntry } from './partition-accounts.ts'

/** The name of a manifest in the folder of its partition. The first one is what readers wait for. */
export function markerName(version: number): string {
  return version === 1 ? '_SUCCESS' : `_SUCCESS.${version}`
}

/** The version that the name of a manifest says; `undefined` for any other name. */
export function markerVersion(name: string): number | undefined {
  const [match, version] = /^_SUCCESS(?:\.(\d+))?$/.exec(name) ?? []
  return match === undefined ? undefined : Number(version ?? 1)
}

/**
 * The content of a manifest. It follows from the rows of the partition alone. A later version lists the files that came
 * since the one before it.
 */
export function marker(
  job: string,
  { sink, lineage }: Writer,
  partition: string,
  { endsAt, version, totals, files }: PartitionEntry,
): string {
  const previous = version === 1 ? null : markerName(version - 1)
  const end = Number.isFinite(endsAt) ? { endsAt } : {}
  const manifest = { version, previous, job, sink, lineage, partition, ...end, files, totals }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}
