import type { JobMetrics } from '../observe/metrics.ts'
import type { Parts } from './attempt.ts'

type Known = Pick<JobMetrics, 'at' | 'startedAt' | 'gaps' | 'restarts' | 'lastCheckpoint' | 'counters'>

/** The figures of a job; `parts` are those of the last attempt, if one has come so far. */
export function measure(job: string, parts: Parts | undefined, known: Known): JobMetrics {
  const sources = parts?.sources.map((source) => source.metrics()) ?? []
  const splits = sources.flatMap((source) => source.splits)
  const watermarks = splits.map((split) => split.watermark)
  return {
    job,
    ...known,
    records: sources.reduce((sum, source) => sum + source.records, 0),
    bytes: sources.reduce((sum, source) => sum + source.bytes, 0),
    splits,
    watermark: watermarks.reduce<number | undefined>(
      (least, watermark) =>
        least === undefined || watermark === undefined ? undefined : Math.min(least, watermark),
      watermarks[0],
    ),
    written: Object.fromEntries(parts?.sinks.map((sink) => [sink.name, sink.written]) ?? []),
  }
}
