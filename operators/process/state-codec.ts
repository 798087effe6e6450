import type { Format } from '../../src/contract/codec.ts'
import { MillraceError } from '../../src/errors.ts'
import { givenText } from '../../src/graph/given-text.ts'

/**
 * How checkpoints hold the values of a state. Any {@link Format} will do. While a job runs its values are as the functions
 * made them; with `onError` they are copied as by `structuredClone`.
 */
export interface StateCodec<T> extends Format<T> {
  /** To be raised when bytes of before cannot be decoded any more. Default 1. */
  readonly version?: number
}

/** Its name and version: what must be the same for what it has encoded to be decoded. */
export function codecText({ name, version = 1 }: StateCodec<unknown>): string {
  return `${name} ${version}`
}

/** @throws MillraceError `JOB_INVALID` for what is no codec. */
export function checkStateCodec(codec: unknown, what: string): void {
  const { name, version = 1, encode, decode } = (codec ?? {}) as Partial<StateCodec<unknown>>
  const isCodec =
    typeof name === 'string' && name !== '' && typeof encode === 'function' && typeof decode === 'function'
  if (!isCodec) {
    throw new MillraceError('JOB_INVALID', `${what} is ${givenText(codec)}, not { name, encode, decode }`)
  }
  if (!Number.isSafeInteger(version) || version < 1)
    throw new MillraceError(
      'JOB_INVALID',
      `${what} has the version ${givenText(version)}: versions are 1, 2, …`,
    )
}
