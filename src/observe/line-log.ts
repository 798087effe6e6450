import type { Log } from '../contract/log.ts'
import { type LogLine, withFields } from './log-line.ts'

/** A log that hands on lines. */
export function lineLog(write: (line: LogLine) => void): Log {
  return {
    info: (message, fields) => write({ level: 'info', text: withFields(message, fields) }),
    warn: (message, fields) => write({ level: 'warn', text: withFields(message, fields) }),
  }
}
