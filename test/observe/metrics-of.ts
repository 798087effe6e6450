import type { JobMetrics, SplitMetrics } from '../../src/observe/metrics.ts'

/** Metrics of a job that started at 1,000,000, `second` seconds later. */
export function metricsOf(second: number, given: Partial<JobMetrics> = {}): JobMetrics {
  return {
    job: 'flights',
    at: 1_000_000 + second * 1000,
    startedAt: 1_000_000,
    records: 0,
    bytes: 0,
    splits: [],
    watermark: undefined,
    written: {},
    counters: {},
    gaps: { count: 0, lostMs: 0 },
    restarts: 0,
    lastCheckpoint: undefined,
    ...given,
  }
}

export function splitOf(split: string, given: Partial<SplitMetrics> = {}): SplitMetrics {
  return {
    source: 'in',
    split,
    records: 0,
    bytes: 0,
    behindMs: undefined,
    firstBehindMs: undefined,
    watermark: undefined,
    state: 'reading',
    ...given,
  }
}

/** A checkpoint that was published `second` seconds after the start. */
export function checkpointOf(epoch: number, second: number) {
  return {
    epoch,
    generation: 1,
    at: 1_000_000 + second * 1000,
    durationMs: 20,
    pauseMs: 5,
    sizeBytes: 100,
  }
}
