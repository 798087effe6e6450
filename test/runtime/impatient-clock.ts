import { setImmediate as letOthersRun } from 'node:timers/promises'
import type { Clock } from '../../src/contract/clock.ts'

/** A clock on which every sleep is over once everything else had its turn, and which keeps the sleeps. */
export function impatientClock(sleeps: number[] = []): Clock {
  let time = 0
  return {
    now: () => time,
    sleep: async (ms, signal) => {
      sleeps.push(ms)
      await letOthersRun()
      if (!signal?.aborted) time += ms
    },
  }
}
