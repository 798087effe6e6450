import type { Clock } from '../contract/clock.ts'
import { eventLine, summaryLine } from './event-line.ts'
import { lineLog } from './line-log.ts'
import { type LogLine, logText } from './log-line.ts'
import { nextProgress, type Progress } from './progress.ts'
import { progressLine } from './progress-line.ts'
import type { RunReport, Write } from './run-report.ts'

/** How often progress makes a line. */
const everyMs = 10_000

/** A report for a log file: every line has its time, and progress comes as a line now and then. */
export function plainReport(write: Write, clock: Pick<Clock, 'now'>): RunReport {
  const line = (each: LogLine) => write(`${logText(each, clock.now())}\n`)
  let progress: Progress | undefined
  let shownAt: number | undefined
  return {
    log: lineLog(line),
    event(event) {
      const each = eventLine(event)
      if (each !== undefined) line(each)
    },
    metrics(metrics) {
      progress = nextProgress(progress, metrics)
      shownAt ??= metrics.startedAt
      if (metrics.at - shownAt < everyMs) return
      shownAt = metrics.at
      line({ level: 'info', text: progressLine(progress) })
    },
    close(last) {
      if (last !== undefined) line(summaryLine(last))
    },
  }
}
