import type { Gap } from '../contract/source.ts'
import type { MillraceError } from '../errors.ts'

/** A checkpoint that was published. */
export interface CheckpointSummary {
  readonly epoch: number
  readonly generation: number
  /** When it was published, in milliseconds since 1970. */
  readonly at: number
  /** From the barrier to the publication. */
  readonly durationMs: number
  /** How long no record was processed for it. */
  readonly pauseMs: number
  /** What was written for it; parts known from earlier checkpoints do not count. */
  readonly sizeBytes: number
}

/** What happens to a job, as `job.events$` tells it. */
export type JobEvent =
  | {
      readonly kind: 'started'
      readonly job: string
      readonly generation: number
      /** The epoch of the checkpoint that it continues from; `undefined` at its very first start. */
      readonly restoredFrom: number | undefined
    }
  /** The input had ended, with this checkpoint: nothing is read any more. */
  | { readonly kind: 'already-finished'; readonly epoch: number }
  | { readonly kind: 'checkpoint'; readonly checkpoint: CheckpointSummary }
  | { readonly kind: 'checkpoint-skipped'; readonly epoch: number; readonly reason: string }
  | { readonly kind: 'caught-up' }
  /** Records may have expired before they were read, and the job goes on without them, as it was told to. */
  | { readonly kind: 'gap'; readonly source: string; readonly gap: Gap }
  /**
   * A split makes no progress, and nothing says why it should not: `fetched`, no fetch has settled; `emitted`, what was
   * fetched was not handed over; `acknowledged`, what was handed over is in no checkpoint. If it is one of the first
   * two, its reader was replaced by another that goes on after `position`.
   */
  | {
      readonly kind: 'stalled'
      readonly source: string
      readonly split: string
      readonly clock: 'fetched' | 'emitted' | 'acknowledged'
      readonly forMs: number
      /** The last record that was handed over. */
      readonly position: string | undefined
      readonly state: 'reading' | 'idle' | 'paused'
      readonly readerReplaced: boolean
    }
  | {
      readonly kind: 'restarting'
      readonly attempt: number
      readonly delayMs: number
      readonly error: MillraceError
    }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'ended'; readonly outcome: 'finished' | 'stopped'; readonly epoch: number }
  | { readonly kind: 'failed'; readonly error: MillraceError }
