import type { Clock } from '../contract/clock.ts'
import { eventLine, summaryLine } from './event-line.ts'
import { lineLog } from './line-log.ts'
import { type LogLine, logText } from './log-line.ts'
import { nextProgress, type Progress } from './progress.ts'
import { progressLine } from './progress-line.ts'
import type { RunReport, Write } from './run-report.ts'

/** A terminal, as far as a report needs it. */
export interface Terminal {
  readonly write: Write
  /** Asked before every line, since windows change their size. */
  readonly columns: () => number
  readonly colours: boolean
}

const clearLine = '\r\x1b[2K'
const colourOf: Readonly<Record<LogLine['level'], string>> = { info: '', warn: '\x1b[33m', error: '\x1b[31m' }

/** A report for a terminal: one line of progress that is rewritten in place, and log lines above it. */
export function terminalReport(terminal: Terminal, clock: Pick<Clock, 'now'>): RunReport {
  let progress: Progress | undefined
  const live = () => (progress === undefined ? '' : progressLine(progress, terminal.columns() - 1))
  const above = (line: LogLine) => {
    const text = coloured(line, logText(line, clock.now()), terminal.colours)
    terminal.write(`${clearLine}${text}\n${live()}`)
  }
  return {
    log: lineLog(above),
    event(event) {
      const line = eventLine(event)
      if (line !== undefined) above(line)
    },
    metrics(metrics) {
      progress = nextProgress(progress, metrics)
      terminal.write(`${clearLine}${live()}`)
    },
    close(last) {
      progress = undefined
      if (last === undefined) terminal.write(clearLine)
      else above(summaryLine(last))
    },
  }
}

function coloured({ level }: LogLine, text: string, colours: boolean): string {
  return colours && colourOf[level] !== '' ? `${colourOf[level]}${text}\x1b[0m` : text
}
