import { type RowsBySink, type Simulated, simulate } from '../../src/testing/index.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { type Simulation, simulationOf, variants } from './jobs.ts'

const prepared = new Map<
  number,
  Promise<{ readonly simulation: Simulation; readonly expected: RowsBySink }>
>()

/** One seed: one of the jobs through one history. Throws `SIMULATION_FAILED`. */
export async function simulateSeed(seed: number): Promise<Simulated> {
  const variant = seed % variants
  const known = prepared.get(variant) ?? prepare(variant)
  prepared.set(variant, known)
  const { simulation, expected } = await known
  return simulate(simulation.job, { seed, inputs: simulation.inputs, expected })
}

/** The first of some seeds that fails, with what it says; `undefined` if none does. */
export async function firstFailing(
  seeds: Iterable<number>,
): Promise<{ readonly seed: number; readonly error: unknown } | undefined> {
  for (const seed of seeds) {
    try {
      await simulateSeed(seed)
    } catch (error) {
      return { seed, error }
    }
  }
  return undefined
}

/** What comes out when nothing goes wrong, whatever the seed. */
async function prepare(variant: number) {
  const simulation = simulationOf(variant, new Chance(variant))
  const { rows } = await simulate(simulation.job, { seed: variant, inputs: simulation.inputs, faults: [] })
  return { simulation, expected: rows }
}
