import { MillraceError } from '../../src/errors.ts'

/** Runs file operations; whatever fails becomes `SINK_FAILED` with the file and the cause. */
export async function orSinkFailed<T>(happened: string, file: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    const reason = String(errorCode(cause) ?? cause)
    throw new MillraceError('SINK_FAILED', `${happened}: ${reason}`, { where: { file }, cause })
  }
}

/** The answer, or `undefined` if there is no such file. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Such as `ENOENT`. */
export function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
