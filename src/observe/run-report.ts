import type { Log } from '../contract/log.ts'
import type { JobEvent } from './events.ts'
import type { JobMetrics } from './metrics.ts'

/** Tells somebody how a run gets on. */
export interface RunReport {
  /** What parts of the job say for themselves. */
  readonly log: Log
  event(event: JobEvent): void
  metrics(metrics: JobMetrics): void
  /** What the run has done in all. Nothing is reported after it. */
  close(last: JobMetrics | undefined): void
}

/** Takes text as it is, line ends included. */
export type Write = (text: string) => void
