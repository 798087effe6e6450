import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type ErrorCode,
  errorCodes,
  isMillraceError,
  MillraceError,
  millraceError,
  reasons,
} from '../src/errors.ts'

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0]!, section]),
)

describe('the catalogue', () => {
  it('is documented, and nothing else is', () => {
    expect([...sections.keys()].toSorted()).toEqual([...errorCodes].toSorted())
  })

  it.each(errorCodes)('%s says what it means, why it comes, and what to do', (code) => {
    const section = sections.get(code)!
    expect(section).toContain('**Typical cause:**')
    expect(section).toContain('**What to do:**')
    expect(section.includes('_Restarts the job._')).toBe(new MillraceError(code, '').retryable)
  })

  it.each(errorCodes)('%s has advice that is a sentence', (code) => {
    expect(new MillraceError(code, '').advice).toMatch(/^[A-Z].*[.…)]$/s)
  })
})

describe('an error', () => {
  const cause = new Error('ENOSPC')
  const error = new MillraceError('STORE_FAILED', 'no room', { where: { file: 'a' }, cause })

  it('says code, what happened, and where', () => {
    expect(error.message).toBe('STORE_FAILED: no room [file a]')
    expect(error.where).toEqual({ file: 'a' })
  })

  it('learns more of its place, and keeps what it knew', () => {
    const located = error.at({ job: 'flights', file: 'b', sequenceNumber: '7' })
    expect(located.where).toEqual({ job: 'flights', file: 'a', sequenceNumber: '7' })
    expect(located.message).toBe('STORE_FAILED: no room [job flights, file a, sequence number 7]')
    expect(located.cause).toBe(cause)
  })

  it('keeps its stack when it learns its place', () => {
    const located = error.at({ job: 'flights' })
    expect(located.stack).toContain('[job flights, file a]')
    expect(located.stack!.split('\n').slice(1)).toEqual(error.stack!.split('\n').slice(1))
  })

  it('knows whether a restart may help', () => {
    expect(error.retryable).toBe(true)
    expect(new MillraceError('JOB_FENCED', 'x').retryable).toBe(false)
  })

  it('gives its reasons, outermost first', () => {
    expect(reasons(error)).toEqual(['STORE_FAILED: no room [file a]', 'ENOSPC'])
    expect(reasons('just text')).toEqual(['just text'])
  })

  it('is known by its looks, since a job file may bring another copy of the package', () => {
    const copy = Object.assign(new Error('x'), {
      name: 'MillraceError',
      code: 'SINK_FAILED' satisfies ErrorCode,
    })
    expect(isMillraceError(copy)).toBe(true)
    expect(isMillraceError(Object.assign(new Error('x'), { name: 'MillraceError', code: 'ENOENT' }))).toBe(
      false,
    )
    expect(isMillraceError({ name: 'MillraceError', code: 'SINK_FAILED' })).toBe(false)
  })

  it('of no catalogue becomes UNEXPECTED, with itself as the cause', () => {
    const wrapped = millraceError(cause)
    expect([wrapped.code, wrapped.happened, wrapped.cause]).toEqual(['UNEXPECTED', 'ENOSPC', cause])
    expect(millraceError(error)).toBe(error)
  })
})
