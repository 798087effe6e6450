import { type ErrorCode, millraceError } from '../errors.ts'

/** What the exit code of `millrace` means. Two more belong to the second Ctrl-C (130) and the second SIGTERM (143). */
export const exitCodes = {
  /** The command did what it should; a job ended or was stopped. */
  done: 0,
  /** It failed, and starting it again changes nothing. */
  failed: 1,
  /** Wrong use: an option, an argument, the input or the job file. */
  wrongUse: 2,
  /** It failed for want of something outside, such as the network or the disk: starting it again may help. */
  unavailable: 3,
} as const

const wrongUse: ReadonlySet<ErrorCode> = new Set([
  'OPTION_INVALID',
  'INPUT_INVALID',
  'JOB_INVALID',
  'NAME_DUPLICATE',
])

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  const { code, retryable } = millraceError(error)
  if (wrongUse.has(code)) return exitCodes.wrongUse
  return retryable ? exitCodes.unavailable : exitCodes.failed
}
