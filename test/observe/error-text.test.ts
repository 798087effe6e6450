import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { errorText } from '../../src/observe/error-text.ts'

function withStack(message: string, ...frames: string[]): Error {
  const error = new Error(message)
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

describe('an error for a person', () => {
  it('says what happened, where, why, and what to do', () => {
    const error = new MillraceError('STORE_FAILED', 'the manifest cannot be written', {
      where: { job: 'flights' },
      cause: new Error('rename failed', { cause: new Error('ENOSPC') }),
    })
    expect(errorText(error).split('\n')).toEqual([
      'STORE_FAILED: the manifest cannot be written',
      '  where: job flights',
      '  because: rename failed',
      '  because: ENOSPC',
      `  what to do: ${error.advice}`,
    ])
  })

  it('gives no reason that it has given already', () => {
    const cause = new Error('no such table')
    const error = new MillraceError('SOURCE_FAILED', 'refused (Oops: no such table) twice', { cause })
    expect(errorText(error)).not.toContain('because')
  })

  it('writes out control characters, which may come from a record', () => {
    expect(errorText(new MillraceError('RECORD_UNDECODABLE', 'no \x1b[31m'))).toContain('no \\x1b[31m')
  })

  it("shows the frames of the job's own functions, and only those", () => {
    const cause = withStack(
      'no such field',
      'orderOf (/home/me/job.ts:12:3)',
      'run (/home/me/node_modules/millrace/dist/src/runtime/chain.js:1:1)',
      'process (node:internal/process:1:1)',
      'Array.map (<anonymous>)',
    )
    const text = errorText(new MillraceError('OPERATOR_FAILED', 'map threw', { cause }))
    expect(text).toMatch(/at orderOf \(\/home\/me\/job\.ts:12:3\)$/)
    expect(text).not.toContain('chain.js')
  })

  it('has no frames of anything else, unless it is verbose', () => {
    const error = new MillraceError('STORE_FAILED', 'x', { cause: withStack('y', 'z (/z.ts:1:1)') })
    expect(errorText(error)).not.toContain('z.ts')
    expect(errorText(error, { verbose: true })).toContain('at z (/z.ts:1:1)')
  })

  it('owns up to what is not in the catalogue', () => {
    const text = errorText(new TypeError('x is undefined'))
    expect(text).toMatch(/^UNEXPECTED: x is undefined\n {2}what to do: /)
    expect(text).toMatch(/ {4}at /)
  })

  it('knows its own errors even from another copy of the package', () => {
    const copy = Object.assign(new Error('SINK_FAILED: x'), {
      name: 'MillraceError',
      code: 'SINK_FAILED',
      happened: 'x',
      where: {},
      retryable: true,
      advice: 'mend it',
    })
    expect(errorText(copy)).toBe('SINK_FAILED: x\n  what to do: mend it')
  })
})
