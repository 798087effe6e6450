import type { ErrorCode } from '../errors.ts'
import { errorFacts } from './error-facts.ts'
import { isOfTheJob } from './own-frames.ts'
import { printable } from './printable.ts'
import { stackFrames } from './stack-frames.ts'

/** Errors of the job file: the frames in it say where. */
const ofTheJobFile: ReadonlySet<ErrorCode> = new Set(['OPERATOR_FAILED', 'JOB_INVALID', 'NAME_DUPLICATE'])

/**
 * An error for a person: code and what happened, where, why, and what to do. Stack frames only where they help: those
 * of the job's own functions, those of what nobody expected, or all of them when `verbose`.
 */
export function errorText(error: unknown, { verbose = false } = {}): string {
  const { code, message, where, causes, advice } = errorFacts(error)
  const places = Object.entries(where).map(([name, value]) => `${placeName(name)} ${value}`)
  const lines = [
    `${code}: ${message}`,
    ...(places.length > 0 ? [`  where: ${places.join(', ')}`] : []),
    ...causes.map((cause) => `  because: ${cause.replaceAll('\n', '\n    ')}`),
    `  what to do: ${advice}`,
    ...framesOf(error, code, verbose).map((frame) => `    ${frame}`),
  ]
  return printable(lines.join('\n'))
}

function placeName(name: string): string {
  return name === 'sequenceNumber' ? 'sequence number' : name
}

function framesOf(error: unknown, code: ErrorCode, verbose: boolean): string[] {
  const errors = errorsOf(error)
  if (verbose) return errors.flatMap((each) => [`${each.name}: ${each.message}`, ...stackFrames(each)])
  if (code === 'UNEXPECTED') return errors.slice(-1).flatMap(stackFrames)
  if (ofTheJobFile.has(code)) return errors.slice(-1).flatMap(stackFrames).filter(isOfTheJob)
  return []
}

/** An error and its causes, outermost first. None twice: there are errors that are their own cause. */
function errorsOf(error: unknown, outer: readonly Error[] = []): readonly Error[] {
  if (!(error instanceof Error) || outer.includes(error)) return outer
  return errorsOf(error.cause, [...outer, error])
}
