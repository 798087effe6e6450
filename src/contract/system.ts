import type { Clock, Random } from './clock.ts'

/** A longer timer of Node's would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** The clock of this machine. Nothing else in Millrace reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, longestTimerMs))
      signal?.addEventListener('abort', done, { once: true })
      if (signal?.aborted) done()
    }),
}

/** The chance of this machine. */
export const systemRandom: Random = Math.random
