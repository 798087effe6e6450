import { describe, expect, it } from 'vitest'
import { compilerOutput } from '../compiler.ts'

/** What `budget/ideal-job.ts` cost when this was written, 572, and 15 % more; and 100 for columns that may hold columns. */
const budget = 760

function instantiationsOf(project: string): number {
  const output = compilerOutput(
    '-p',
    `test/types/budget/${project}.json`,
    '--extendedDiagnostics',
    '--singleThreaded',
  )
  expect(output).not.toContain('error TS')
  const [, count] = /^Instantiations:\s+(\d+)/m.exec(output) ?? []
  return Number(count)
}

describe('the types of a job', () => {
  it(`cost the compiler at most ${budget} instantiations`, () => {
    const cost = instantiationsOf('ideal-job') - instantiationsOf('imports-alone')
    console.info(`the types of a job cost ${cost} instantiations of ${budget}`)
    expect(cost).toBeGreaterThan(0)
    expect(cost).toBeLessThanOrEqual(budget)
  })
})
