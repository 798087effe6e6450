import type { Where } from '../errors.ts'

/** Records of one split in their order. The arrays have the same length and belong to the receiver. */
export interface Batch<out T> {
  readonly kind: 'batch'
  /**
   * The split that the records came from, unique in the job, such as `orders/shardId-000000000000`; `undefined` where
   * no single split made them, as after a window.
   */
  readonly split: string | undefined
  /** Which input of a union the records came by, from 0. Known only to what reads the union directly. */
  readonly input?: number
  readonly values: readonly T[]
  /** Event times in milliseconds since 1970. */
  readonly timestamps: readonly number[]
  /** Where one of the records came from, for messages. */
  readonly whereIs?: (index: number) => Where
}

/** No record with a timestamp of at most `timestamp` is expected any more. */
export interface Watermark {
  readonly kind: 'watermark'
  readonly timestamp: number
}

/** Processing time has come to `now`, in milliseconds since 1970. Reaches only jobs that ask for it. */
export interface Tick {
  readonly kind: 'tick'
  readonly now: number
}

/** Divides what is in checkpoint `epoch` (before it) from what is not (after it). */
export interface Barrier {
  readonly kind: 'barrier'
  readonly epoch: number
}

/** What watermarks must know of a split: that it takes part, that it is caught up and empty, that it is over. */
export type SplitMark =
  | { readonly kind: 'split'; readonly split: string; readonly state: 'opened' }
  | { readonly kind: 'split'; readonly split: string; readonly state: 'idle'; readonly serverTime: number }
  | { readonly kind: 'split'; readonly split: string; readonly state: 'closed' }

/** Nothing follows: event time runs to its end and every window closes. */
export interface End {
  readonly kind: 'end'
}

/** What flows between tasks. */
export type Element<T> = Batch<T> | Watermark | Tick | Barrier | SplitMark | End
