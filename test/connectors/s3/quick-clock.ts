import type { Clock } from '../../../src/contract/clock.ts'
import { systemClock } from '../../../src/contract/system.ts'

const times = 50
/** What is as long is no wait but a limit. */
const shortestLimitMs = 30_000

/** The clock of this machine, on which waits are short: a pause of a second takes a fiftieth of one. */
export function quickClock(): Clock {
  return {
    now: systemClock.now,
    sleep: (ms, signal) => systemClock.sleep(ms < shortestLimitMs ? ms / times : ms, signal),
  }
}
