import type { CheckpointSummary } from './events.ts'

/** How one split of one source fares. */
export interface SplitMetrics {
  readonly source: string
  readonly split: string
  readonly records: number
  readonly bytes: number
  /** How far behind the end of the stream the last fetch was; `undefined` before the first. */
  readonly behindMs: number | undefined
  /** How far behind it was at the first fetch of this run, from which progress is reckoned. */
  readonly firstBehindMs: number | undefined
  /** Event time up to which this split is complete; `undefined` before its first record. */
  readonly watermark: number | undefined
  readonly state: 'reading' | 'idle' | 'paused'
}

/** A running job in figures. Totals are of this run, not of the job's whole history. */
export interface JobMetrics {
  readonly job: string
  /** When the figures were taken, in milliseconds since 1970. */
  readonly at: number
  readonly startedAt: number
  /** Records read from all sources. */
  readonly records: number
  readonly bytes: number
  readonly splits: readonly SplitMetrics[]
  /** The least watermark of all sources; `undefined` as long as one has none. */
  readonly watermark: number | undefined
  /** Rows written to each sink, by its name. */
  readonly written: Readonly<Record<string, number>>
  /** Counters of operators and sources, such as `per-day.late` or `flights.throttled`. */
  readonly counters: Readonly<Record<string, number>>
  /** What the job has gone on without, see `onDataLoss`: how many gaps, and how long they are together. */
  readonly gaps: { readonly count: number; readonly lostMs: number }
  readonly restarts: number
  readonly lastCheckpoint: CheckpointSummary | undefined
}
