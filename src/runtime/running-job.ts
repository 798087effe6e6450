import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Clock, Random } from '../contract/clock.ts'
import type { Log } from '../contract/log.ts'
import type { SourceOverrides } from '../contract/source.ts'
import type { CheckpointSummary, JobEvent } from '../observe/events.ts'
import type { JobMetrics } from '../observe/metrics.ts'
import type { Observable } from '../rx.ts'

/** How to run a job. Everything has a default. */
export interface RunOptions {
  /** Where checkpoints live. Default: the job's own store, else the folder `.millrace/<job name>`. */
  readonly checkpoints?: CheckpointStore
  /**
   * A savepoint that the job begins with: a store that holds it, such as `folderStore('saved/before-upgrade')`. A job that
   * was restored from it before goes on where it is.
   */
  readonly restore?: CheckpointStore
  /**
   * Goes back to the savepoint of `restore` also if the job has a history of its own. What its sinks show since then
   * stays there, and comes again. Default false: such a job is refused with `RESTORE_REFUSED`.
   */
  readonly rewind?: boolean
  /** Names whose state in a checkpoint may be lost, besides those that the job says. Default: none. */
  readonly dropState?: readonly string[]
  /** Where sources start if there is no checkpoint. Default: what each source says. */
  readonly from?: 'trim-horizon' | 'latest' | Date
  /** `'caught-up'`: once every split is caught up, close all windows, take a last checkpoint and end. */
  readonly until?: 'caught-up'
  /** The endpoint of the service of sources and sinks, such as `http://127.0.0.1:4567` of the embedded Kinesis. */
  readonly endpoint?: string
  readonly region?: string
  readonly log?: Log
  readonly clock?: Clock
  readonly random?: Random
}

/** What the options say to every source, and of where things are to every sink. */
export function overridesOf({ from, endpoint, region }: RunOptions): SourceOverrides {
  return {
    ...(from === undefined ? {} : { startAt: from }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  }
}

/** How a run ended. */
export interface JobResult {
  /** `finished`: the input ended; `stopped`: {@link RunningJob.stop} was called. */
  readonly outcome: 'finished' | 'stopped'
  /** The epoch of the last checkpoint; 0 if the job was stopped before there was one. */
  readonly epoch: number
  readonly metrics: JobMetrics
}

/** A job that runs. Awaiting it gives its result, or rejects with the error that ended it. */
export interface RunningJob extends PromiseLike<JobResult> {
  readonly name: string
  /** What happens, from the start on: late subscribers get what they missed. Completes when the job ends. */
  readonly events$: Observable<JobEvent>
  /** The job in figures, once a second and at the end. */
  readonly metrics$: Observable<JobMetrics>
  /** Each published checkpoint. */
  readonly checkpoints$: Observable<CheckpointSummary>
  /** Takes a last checkpoint and ends. May be called more than once. */
  stop(): void
}
