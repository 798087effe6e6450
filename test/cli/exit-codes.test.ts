import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exitCodeOf, exitCodes } from '../../src/cli/exit-codes.ts'
import { errorCodes, MillraceError } from '../../src/errors.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')

describe('exit codes', () => {
  it('are documented', () => {
    const [, section = ''] = page.split('## Exit codes')
    for (const code of Object.values(exitCodes)) expect(section).toMatch(new RegExp(`\\| ${code} +\\|`))
  })

  it('of an error say whether another start may help', () => {
    for (const code of errorCodes) {
      const error = new MillraceError(code, 'x')
      expect(exitCodeOf(error) === exitCodes.unavailable).toBe(error.retryable)
    }
  })

  it('of wrong use are 2', () => {
    const wrong = errorCodes.filter((code) => exitCodeOf(new MillraceError(code, 'x')) === exitCodes.wrongUse)
    expect(wrong).toEqual(['JOB_INVALID', 'NAME_DUPLICATE', 'OPTION_INVALID', 'INPUT_INVALID'])
  })
})
