import { describe, expect, it } from 'vitest'
import { simulate } from './simulation.ts'

/*
 * MILLRACE_SIMULATIONS=5000      runs so many (default 150)
 * MILLRACE_SIMULATION_SEED=123   begins at this seed (default 1), for instance the one that failed
 */
const { MILLRACE_SIMULATIONS = '150', MILLRACE_SIMULATION_SEED = '1' } = process.env
const first = Number(MILLRACE_SIMULATION_SEED)
const simulations = Number(MILLRACE_SIMULATIONS)

describe('a job on a stream that is split and merged, through crashes, faults, rivals and torn checkpoints', () => {
  it(
    'writes what a computation without an engine gives, each row once',
    async () => {
      for (let seed = first; seed < first + simulations; seed += 1) {
        const failed = `seed ${seed}: run it alone with MILLRACE_SIMULATIONS=1 MILLRACE_SIMULATION_SEED=${seed}`
        const verdict = await simulate(seed).catch((error: unknown) => {
          throw new Error(failed, { cause: error })
        })
        expect(verdict.totals, failed).toEqual(verdict.expectedTotals)
        expect(verdict.copies, failed).toEqual(verdict.expectedCopies)
        expect(verdict.refused, failed).toEqual(verdict.expectedRefused)
      }
    },
    60_000 + simulations * 100,
  )
})
