import type { JobMetrics, SplitMetrics } from './metrics.ts'

/** How a job gets on, as facts for a person who watches. */
export interface Progress {
  readonly job: string
  readonly at: number
  readonly records: number
  readonly recordsPerSecond: number
  /** The split that is furthest behind the end of its stream. */
  readonly slowest: { readonly source: string; readonly split: string; readonly behindMs: number } | undefined
  readonly watermark: number | undefined
  readonly checkpoint: { readonly epoch: number; readonly ageMs: number } | undefined
  /** Once every split has been at the end of its stream; what falls behind later is lag, no replay. */
  readonly hasCaughtUp: boolean
  /** `undefined` unless the job reads a past that is worth waiting for. */
  readonly replay: Replay | undefined
}

/** How far a job has come in reading the past. */
export interface Replay {
  /** From 0 to 1. */
  readonly fraction: number
  readonly behindMs: number
  /** How far behind it was when it began. */
  readonly pastMs: number
  /** By how many milliseconds the job comes closer per millisecond that passes; `undefined` before it is known. */
  readonly closing: number | undefined
  /** `undefined` when it is not known, or the job does not come closer. */
  readonly leftMs: number | undefined
}

/** Closer than this to the end of the stream is caught up. */
const caughtUpMs = 1000
/** A past shorter than this is read before anybody asks how long it takes. */
const replayMs = 10_000
/** Rates are means that forget with this time constant. */
const memoryMs = 5000

/** The progress that new metrics show, given the progress before them. */
export function nextProgress(before: Progress | undefined, metrics: JobMetrics): Progress {
  const { job, at, records, watermark, lastCheckpoint } = metrics
  const slowest = slowestOf(metrics.splits)
  const hasCaughtUp = before?.hasCaughtUp === true || isCaughtUp(metrics.splits)
  return {
    job,
    at,
    records,
    recordsPerSecond: recordsPerSecond(before, metrics),
    slowest,
    watermark: watermark ?? before?.watermark,
    checkpoint: lastCheckpoint && { epoch: lastCheckpoint.epoch, ageMs: Math.max(0, at - lastCheckpoint.at) },
    hasCaughtUp,
    replay: hasCaughtUp ? undefined : nextReplay(before, metrics, slowest),
  }
}

/**
 * The past is as long as the split that began furthest behind, and what is left of it is the split that is furthest
 * behind now: a shard's children begin where it ended, so that resharding moves nothing.
 */
function nextReplay(
  before: Progress | undefined,
  { at, splits }: JobMetrics,
  slowest: Progress['slowest'],
): Replay | undefined {
  const last = before?.replay
  if (slowest === undefined || splits.some((split) => split.behindMs === undefined)) return last
  const { behindMs } = slowest
  const pastMs = Math.max(last?.pastMs ?? 0, ...splits.map((split) => split.firstBehindMs ?? 0))
  if (pastMs < replayMs) return undefined
  const elapsedMs = before === undefined ? 0 : at - before.at
  const closing =
    last === undefined || elapsedMs <= 0
      ? last?.closing
      : mean(last.closing, (last.behindMs - behindMs) / elapsedMs, elapsedMs)
  return {
    fraction: Math.min(1, Math.max(0, 1 - behindMs / pastMs)),
    behindMs,
    pastMs,
    closing,
    leftMs: closing !== undefined && closing > 0 ? behindMs / closing : undefined,
  }
}

function recordsPerSecond(before: Progress | undefined, { at, startedAt, records }: JobMetrics): number {
  const elapsedMs = at - (before?.at ?? startedAt)
  if (elapsedMs <= 0) return before?.recordsPerSecond ?? 0
  const rate = (Math.max(0, records - (before?.records ?? 0)) / elapsedMs) * 1000
  return mean(before?.recordsPerSecond, rate, elapsedMs)
}

function mean(before: number | undefined, sample: number, elapsedMs: number): number {
  const weight = before === undefined ? 1 : 1 - Math.exp(-elapsedMs / memoryMs)
  return (before ?? 0) * (1 - weight) + sample * weight
}

function slowestOf(splits: readonly SplitMetrics[]): Progress['slowest'] {
  let slowest: Progress['slowest']
  for (const { source, split, behindMs } of splits) {
    if (behindMs !== undefined && behindMs > (slowest?.behindMs ?? -1)) slowest = { source, split, behindMs }
  }
  return slowest
}

function isCaughtUp(splits: readonly SplitMetrics[]): boolean {
  return splits.length > 0 && splits.every((split) => (split.behindMs ?? Infinity) < caughtUpMs)
}
