import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mutants, makeMutants } from './mutant.ts'
import { mutations } from './mutations.ts'
import type { Report } from './worker.ts'
import { simulateElsewhere } from './worker-process.ts'

/* MILLRACE_MUTATION_SEEDS=500 looks through so many seeds, from 0 on, instead of the one that is known to find it. */
const { MILLRACE_MUTATION_SEEDS } = process.env
const mostSeeds = 500

/** The first of some seeds that fails in a folder. */
async function firstFailing(folder: string, from: number, to: number): Promise<Report | undefined> {
  let failing: Report | undefined
  await simulateElsewhere(folder, { from, to, step: 1, trace: false, untilFailure: true }, (report) => {
    if (report.error !== undefined) failing = report
  })
  return failing
}

let mutants: Mutants

beforeAll(() => {
  mutants = makeMutants(mutations)
})
afterAll(() => mutants.remove())

describe.concurrent('a deliberate defect is found by the simulations', () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s',
    async (_name, mutation) => {
      const folder = mutants.folderOf(mutation)
      const { foundBy } = mutation
      const known =
        MILLRACE_MUTATION_SEEDS === undefined ? await firstFailing(folder, foundBy, foundBy + 1) : undefined
      const to = Number(MILLRACE_MUTATION_SEEDS ?? mostSeeds)
      const failing = known ?? (await firstFailing(folder, 0, to))
      if (known === undefined && failing !== undefined)
        console.info(`${mutation.name}: foundBy ${failing.seed}`)
      expect(failing?.error, `no seed below ${to} finds it`).toMatch(/SIMULATION_FAILED/)
    },
    900_000,
  )

  it('and they are many', () => expect(mutations.length).toBeGreaterThanOrEqual(15))
})
