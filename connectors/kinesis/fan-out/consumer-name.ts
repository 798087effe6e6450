import { createHash } from 'node:crypto'
import { MillraceError } from '../../../src/errors.ts'

const prefix = 'millrace-'
const longest = 128

/**
 * The consumer of a source that names none: `millrace-<job>-<source>`. What a consumer cannot be called becomes `-`, and
 * then some digits tell such names apart.
 */
export function consumerNameOf(job: string, source: string): string {
  const wanted = `${prefix}${job}-${source}`
  const allowed = wanted.replaceAll(/[^a-zA-Z0-9_.-]/g, '-')
  if (allowed === wanted && allowed.length <= longest) return allowed
  const digits = createHash('sha256').update(`${job}\n${source}`).digest('hex').slice(0, 8)
  return `${allowed.slice(0, longest - digits.length - 1)}-${digits}`
}

/** A name that was given, if a consumer can be called so. Throws `OPTION_INVALID`. */
export function consumerName(given: string): string {
  if (/^[a-zA-Z0-9_.-]{1,128}$/.test(given)) return given
  const allowed = 'up to 128 letters, digits, and the signs _ . and -'
  throw new MillraceError(
    'OPTION_INVALID',
    `consumer is ${JSON.stringify(given)}; a consumer has a name of ${allowed}`,
  )
}

/** Whether a consumer looks as if a job without a name of its own for it had registered it. */
export function looksOurs(name: string): boolean {
  return name.startsWith(prefix)
}
