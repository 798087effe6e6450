import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../src/contract/clock.ts'

/** The clock of the machine. The one place of the embedded Kinesis that reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error
    })
  },
}
