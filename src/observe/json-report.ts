import type { Clock } from '../contract/clock.ts'
import type { Log } from '../contract/log.ts'
import { errorFacts } from './error-facts.ts'
import type { JobEvent } from './events.ts'
import type { RunReport, Write } from './run-report.ts'

/**
 * A report for programs: one JSON object per line, `{"type":"event",…}` or `{"type":"metrics",…}`. What parts of the
 * job say for themselves is for people and goes to `log`.
 */
export function jsonReport(write: Write, log: Log, clock: Pick<Clock, 'now'>): RunReport {
  const line = (type: string, at: number, facts: object) =>
    write(`${JSON.stringify({ type, time: new Date(at).toISOString(), ...facts })}\n`)
  return {
    log,
    event: (event) => line('event', clock.now(), eventFacts(event)),
    metrics: (metrics) => line('metrics', metrics.at, metrics),
    close() {},
  }
}

function eventFacts(event: JobEvent): object {
  return 'error' in event ? { ...event, error: errorFacts(event.error) } : event
}
