import type { Committable } from '../../../src/contract/sink.ts'

/** A published file, as a manifest lists it. */
export interface ListedFile {
  readonly file: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly firstRow: number
  readonly lastRow: number
}

/** How much a partition has in all. */
export interface Totals {
  readonly files: number
  readonly rows: number
  readonly bytes: number
}

/** What is known of a partition. */
export interface PartitionEntry {
  /** Milliseconds since 1970: it is complete when no earlier record is expected. */
  readonly endsAt: number
  /** How many manifests it has; 0 until it is complete. */
  version: number
  /** In manifests. */
  totals: Totals
  /** In no manifest yet. */
  files: readonly ListedFile[]
}

/** Keeps account of the partitions of a sink: when each is complete, and which files are in no manifest yet. */
export class PartitionAccounts {
  readonly entries: Map<string, PartitionEntry>
  /** Manifests of partitions that are not known yet. */
  readonly #found = new Map<string, number>()
  #watermark = Number.NEGATIVE_INFINITY

  constructor(entries: Iterable<readonly [string, PartitionEntry]> = []) {
    this.entries = new Map(entries)
  }

  advance(watermark: number): void {
    this.#watermark = Math.max(this.#watermark, watermark)
  }

  /** Takes a row into account. `true` if its partition has been said to be complete. */
  see(partition: string, endsAt: () => number): boolean {
    const known = this.entries.get(partition)
    if (known !== undefined) return known.version > 0
    const totals = { files: 0, rows: 0, bytes: 0 }
    const version = this.#found.get(partition) ?? 0
    this.entries.set(partition, { endsAt: endsAt(), version, totals, files: [] })
    return version > 0
  }

  isComplete(partition: string): boolean {
    const entry = this.entries.get(partition)
    return entry !== undefined && this.#watermark >= entry.endsAt - 1
  }

  /** Whether a complete partition has no manifest yet: its rows then wait no longer for more. */
  isFirstTime(partition: string): boolean {
    return this.isComplete(partition) && this.entries.get(partition)?.version === 0
  }

  add(partition: string, { file, rows, sizeBytes, sha256, first, last }: Committable): void {
    const entry = this.entries.get(partition)
    if (entry === undefined) return
    const listed = { file, rows, bytes: sizeBytes, sha256, firstRow: first, lastRow: last }
    entry.files = [...entry.files, listed as unknown as ListedFile]
  }

  /** Notes that a manifest lists all files. Gives the entry as it is in the manifest. */
  list(partition: string): PartitionEntry {
    const entry = this.entries.get(partition)!
    const totals = entry.files.reduce(
      (sum, { rows, bytes }) => ({ files: sum.files + 1, rows: sum.rows + rows, bytes: sum.bytes + bytes }),
      entry.totals,
    )
    const listed = { ...entry, version: entry.version + 1, totals }
    entry.version = listed.version
    entry.totals = totals
    entry.files = []
    return listed
  }

  /** Takes note of manifests that are there already: the next one has another name. */
  found(partition: string, version: number): void {
    const entry = this.entries.get(partition)
    if (entry !== undefined) entry.version = Math.max(entry.version, version)
    else this.#found.set(partition, Math.max(this.#found.get(partition) ?? 0, version))
  }
}
