import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../../src/contract/clock.ts'

/** The machine's own time, for what goes over a real network. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error
    }),
}
