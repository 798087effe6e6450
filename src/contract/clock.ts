/** Time as the engine sees it. Only the edge of the program makes one from the system's clock. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms`; at once, without an error, when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A random number from 0 up to, but without, 1. */
export type Random = () => number
