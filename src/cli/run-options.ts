import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { RunOptions } from '../runtime/running-job.ts'

/** The options of `millrace run` as they were given. */
export interface RunFlags {
  readonly from?: 'trim-horizon' | 'latest' | Date
  readonly until?: 'caught-up'
  readonly checkpoints?: string
  readonly restore?: string
  readonly rewind?: true
  readonly dropState?: readonly string[]
  readonly endpoint?: string
  readonly region?: string
  readonly json?: true
}

/** What the engine makes of them. An option that was not given is not there, so that the job's own holds. */
export function runOptions(flags: RunFlags, storeAt: (place: string) => CheckpointStore): RunOptions {
  const { from, until, checkpoints, rewind, dropState, endpoint, region } = flags
  return {
    ...(from && { from }),
    ...(until && { until }),
    ...(checkpoints && { checkpoints: storeAt(checkpoints) }),
    ...(rewind && { rewind }),
    ...(dropState && { dropState }),
    ...(endpoint && { endpoint }),
    ...(region && { region }),
  }
}
