import type { Clock } from '../../src/contract/clock.ts'

/** The clock of the machine. The one place of the embedded Kinesis that reads it. */
export const systemClock: Pick<Clock, 'now'> = { now: () => Date.now() }
