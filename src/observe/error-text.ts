import { errorFacts } from './error-facts.ts'

/**
 * An error for a person: code and what happened, where, why, and what to do. Stack frames only where they help: those
 * of the job's own functions, those of a fault in Millrace, or all of them when `verbose`.
 */
export function errorText(error: unknown, { verbose = false } = {}): string {
  const { code, message, where, causes, advice } = errorFacts(error)
  const places = Object.entries(where).map(([name, value]) => `${name} ${value}`)
  return [
    `${code}: ${message}`,
    ...(places.length > 0 ? [`  where: ${places.join(', ')}`] : []),
    ...causes.map((cause) => `  because: ${cause.replaceAll('\n', '\n    ')}`),
    `  what to do: ${advice}`,
    ...framesOf(error, code, verbose).map((frame) => `    ${frame}`),
  ].join('\n')
}

function framesOf(error: unknown, code: string, verbose: boolean): string[] {
  if (verbose) return errorsOf(error).flatMap((each) => [`${each.name}: ${each.message}`, ...frames(each)])
  if (code === 'UNEXPECTED') return errorsOf(error).slice(0, 1).flatMap(frames)
  if (code === 'OPERATOR_FAILED') return errorsOf(error).slice(-1).flatMap(frames).filter(isOfTheJob)
  return []
}

/** An error and its causes, outermost first. */
function errorsOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...errorsOf(error.cause)] : []
}

function frames({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
}

function isOfTheJob(frame: string): boolean {
  return !/node:|node_modules|[\\/]dist[\\/](src|operators|connectors)[\\/]/.test(frame)
}
