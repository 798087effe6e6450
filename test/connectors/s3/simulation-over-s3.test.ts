import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chance } from '../../../src/testing/simulation/chance.ts'
import { seededFaults } from '../../s3-server/faults.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { simulate } from './simulation/simulation.ts'
import { storeAt } from './store-at.ts'

/*
 * MILLRACE_S3_SIMULATIONS=500    runs so many (default 12)
 * MILLRACE_SIMULATION_SEED=123   begins at this seed (default 1). Requests take their time, so a seed that failed may
 *                                fail only most of the time
 */
const { MILLRACE_S3_SIMULATIONS = '12', MILLRACE_SIMULATION_SEED = '1' } = process.env
const first = Number(MILLRACE_SIMULATION_SEED)
const simulations = Number(MILLRACE_S3_SIMULATIONS)

let s3: S3Server
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.close())

describe('the simulated job with checkpoints in an S3 where requests go wrong', () => {
  it(
    'writes what a computation without an engine gives, each row once',
    async () => {
      for (let seed = first; seed < first + simulations; seed += 1) {
        s3.faults = seededFaults(new Chance(seed), 0.1)
        const verdict = await simulate(seed, storeAt(s3, `seed-${seed}`)).catch((error: unknown) => {
          throw new Error(`seed ${seed}`, { cause: error })
        })
        expect(verdict.totals, `seed ${seed}`).toEqual(verdict.expectedTotals)
        expect(verdict.copies, `seed ${seed}`).toEqual(verdict.expectedCopies)
        expect(verdict.refused, `seed ${seed}`).toEqual(verdict.expectedRefused)
        expect(s3.bucket('lake').uploads.size).toBe(0)
      }
    },
    60_000 + simulations * 5_000,
  )
})
