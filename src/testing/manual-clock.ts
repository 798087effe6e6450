import type { Clock } from '../contract/clock.ts'

/** A clock that stands until it is told to go on. */
export interface ManualClock extends Clock {
  /** Moves the time on; who sleeps until then wakes, in order. */
  advance(ms: number): void
}

/**
 * A clock for tests. It begins at `startMs`, by default 2001-01-01T00:00Z.
 *
 * @example
 * const clock = manualClock(0)
 * clock.advance(500)
 * clock.now() // 500
 */
export function manualClock(startMs = 978_307_200_000): ManualClock {
  let time = startMs
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()
  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { until: time + ms, wake: () => wake() }
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
        if (signal?.aborted || ms <= 0) wake()
      }),
    advance: (ms) => {
      time += ms
      const due = [...sleepers].filter(({ until }) => until <= time).sort((a, b) => a.until - b.until)
      for (const { wake } of due) wake()
    },
  }
}
