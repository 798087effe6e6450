import { fork } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { makeMutant } from './mutant.ts'
import { mutations } from './mutations.ts'
import type { Report, Work } from './worker.ts'

/* MILLRACE_MUTATION_SEEDS=500 looks through so many seeds, from 0 on, instead of the one that is known to find it. */
const { MILLRACE_MUTATION_SEEDS } = process.env
const mostSeeds = 500

/** The first of some seeds that fails in a folder. */
function firstFailing(
  folder: string,
  seeds: Omit<Work, 'trace' | 'untilFailure'>,
): Promise<Report | undefined> {
  const worker = join(folder, 'test/simulation/worker.ts')
  const child = fork(worker, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    let failing: Report | undefined
    child.on('message', (report: Report) => {
      if (report.error !== undefined) failing = report
    })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve(failing) : reject(new Error(`it ended with ${code}`))))
    child.send({ ...seeds, trace: false, untilFailure: true } satisfies Work)
  })
}

describe.concurrent('a deliberate defect is found by the simulations', () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    '%s',
    async (_name, mutation) => {
      const { folder, remove } = makeMutant(mutation)
      try {
        const { foundBy } = mutation
        const known =
          MILLRACE_MUTATION_SEEDS === undefined
            ? await firstFailing(folder, { from: foundBy, to: foundBy + 1, step: 1 })
            : undefined
        const to = Number(MILLRACE_MUTATION_SEEDS ?? mostSeeds)
        const failing = known ?? (await firstFailing(folder, { from: 0, to, step: 1 }))
        if (known === undefined && failing !== undefined)
          console.info(`${mutation.name}: foundBy ${failing.seed}`)
        expect(failing?.error, `no seed below ${to} finds it`).toMatch(/SIMULATION_FAILED/)
      } finally {
        remove()
      }
    },
    900_000,
  )

  it('and they are many', () => expect(mutations.length).toBeGreaterThanOrEqual(15))
})
