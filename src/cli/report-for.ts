import { jsonReport } from '../observe/json-report.ts'
import { plainReport } from '../observe/plain-report.ts'
import type { RunReport } from '../observe/run-report.ts'
import { terminalReport } from '../observe/terminal-report.ts'
import type { Environment } from './environment.ts'

/** The report of a run that suits where it is written: people read stderr, programs stdout. */
export function reportFor({ stdout, stderr, variables, clock }: Environment, json: boolean): RunReport {
  const { TERM, NO_COLOR = '' } = variables
  const plain = plainReport((text) => stderr.write(text), clock)
  if (json) return jsonReport((text) => stdout.write(text), plain.log, clock)
  if (!stderr.isTTY || TERM === 'dumb') return plain
  return terminalReport(
    { write: (text) => stderr.write(text), columns: () => stderr.columns(), colours: NO_COLOR === '' },
    clock,
  )
}
