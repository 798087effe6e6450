import type { GlobalWindows } from '../src/stream.ts'

/** What a result says of a window that holds everything. */
export interface EverythingWindow {
  readonly kind: 'global'
}

/**
 * One window of each key that never closes while there is input: it gives its result at the end of the input, and
 * whenever a trigger says so. (As Flink's `GlobalWindows`, with its trigger at the end of the stream.)
 *
 * @example
 * globalWindow().kind // 'global'
 */
export function globalWindow(): GlobalWindows<EverythingWindow> {
  return { kind: 'global', name: 'global', window: () => ({ kind: 'global' }) }
}
