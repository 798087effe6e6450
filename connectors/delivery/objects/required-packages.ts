import { createRequire } from 'node:module'
import { MillraceError } from '../../../src/errors.ts'

const { resolve } = createRequire(import.meta.url)

/**
 * Looks for packages, without loading them: a job that lacks one is to say so when it is described, and not when its first
 * file is finished.
 *
 * @throws MillraceError `OPTION_INVALID` with what to install.
 */
export function requirePackages(by: string, packages: readonly string[]): void {
  if (packages.every(isThere)) return
  throw new MillraceError(
    'OPTION_INVALID',
    `${by} needs packages that are not there: run \`npm install ${packages.join(' ')}\``,
  )
}

function isThere(name: string): boolean {
  try {
    resolve(name)
    return true
  } catch {
    return false
  }
}
