import { describe, expect, it } from 'vitest'
import { failedFunction } from '../../src/observe/failed-function.ts'

const here = process.cwd()
const own = `at process (${here}/operators/map.ts:12:30)`

function thrown(...frames: readonly string[]): Error {
  const error = new Error('as the test wants')
  error.stack = ['Error: as the test wants', ...frames.map((frame) => `    ${frame}`)].join('\n')
  return error
}

describe('the function that an error comes from', () => {
  it.each([
    ['a named one', `at late (${here}/jobs/job.ts:12:30)`, 'late (jobs/job.ts:12:30)'],
    ['one of a module', `at late (file://${here}/jobs/job.ts:12:30)`, 'late (jobs/job.ts:12:30)'],
    ['one without a name', `at file://${here}/job.ts:12:30`, 'job.ts:12:30'],
    ['one without a name, as tsx says it', `at <anonymous> (${here}/job.ts:12:30)`, 'job.ts:12:30'],
    ['an asynchronous one', `at async late (${here}/job.ts:12:30)`, 'late (job.ts:12:30)'],
    ['one of an object', `at Object.onRecord (${here}/job.ts:1:2)`, 'onRecord (job.ts:1:2)'],
    ['one of a list', `at Array.late (${here}/job.ts:1:2)`, 'late (job.ts:1:2)'],
    ['a method', `at Prices.of (${here}/job.ts:1:2)`, 'Prices.of (job.ts:1:2)'],
    ['a method by another name', `at Prices.of [as at] (${here}/job.ts:1:2)`, 'Prices.of (job.ts:1:2)'],
    ['a constructor', `at new Price (${here}/job.ts:1:2)`, 'new Price (job.ts:1:2)'],
    ['one elsewhere', 'at late (/elsewhere/job.ts:1:2)', 'late (/elsewhere/job.ts:1:2)'],
    ['one of a file with a query', `at late (file://${here}/job.ts?t=1:12:30)`, 'late (job.ts:12:30)'],
    [
      'one in a folder with a space',
      `at late (file://${here}/my%20jobs/job.ts:1:2)`,
      'late (my jobs/job.ts:1:2)',
    ],
    ['one of a path that is none', 'at late (file:///a%2Fb.ts:1:2)', 'late (file:///a%2Fb.ts:1:2)'],
    ['one in brackets', `at late (${here}/(jobs)/job.ts:1:2)`, 'late ((jobs)/job.ts:1:2)'],
  ])('is told of %s', (_what, frame, said) => expect(failedFunction(thrown(frame, own))).toBe(said))

  it('is the first of the job, past what it called of others', () => {
    const error = thrown(
      'at JSON.parse (<anonymous>)',
      'at node:fs:1:2',
      `at parse (${here}/node_modules/zod/index.js:1:2)`,
      `at inner (${here}/prices.ts:1:2)`,
      `at outer (${here}/job.ts:3:4)`,
      own,
    )
    expect(failedFunction(error)).toBe('inner (prices.ts:1:2)')
  })

  it('is not what has called Millrace', () => {
    expect(failedFunction(thrown(own, `at main (${here}/main.ts:1:2)`))).toBeUndefined()
  })

  it('is not where an error was made that another threw', () => {
    expect(
      failedFunction(thrown(`at ${here}/job.ts:1:2`, 'at ModuleJob.run (node:internal:1:2)')),
    ).toBeUndefined()
  })

  it('is the innermost of a stack that is cut', () => {
    const deep = Array.from({ length: Error.stackTraceLimit }, () => `at deep (${here}/job.ts:1:2)`)
    expect(failedFunction(thrown(...deep))).toBe('deep (job.ts:1:2)')
  })

  it('is not told by what has no stack', () => {
    const bare = new Error('bare')
    Object.defineProperty(bare, 'stack', { value: undefined })
    for (const nothing of ['text', undefined, null, {}, bare]) expect(failedFunction(nothing)).toBeUndefined()
  })
})
