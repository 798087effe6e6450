import type { Clock } from '../../../src/contract/clock.ts'
import { systemClock } from '../../../src/contract/system.ts'

const times = 10

/** A clock that runs ten times as fast as that of this machine, so that a pause of a second takes a tenth of one. */
export function fastClock(): Clock {
  const start = systemClock.now()
  return {
    now: () => start + (systemClock.now() - start) * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  }
}
