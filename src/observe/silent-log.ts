import type { Log } from '../contract/log.ts'

/** Says nothing: what matters is in the events of a job as well. */
export const silentLog: Log = { info() {}, warn() {} }
