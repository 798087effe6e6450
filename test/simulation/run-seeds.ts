import { type RowsBySink, type Simulated, simulate } from '../../src/testing/index.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { type Simulation, simulationOf, variants } from './jobs.ts'

const prepared = new Map<
  number,
  Promise<{ readonly simulation: Simulation; readonly expected: RowsBySink }>
>()

/**
 * One seed: one of the jobs through one history.
 *
 * @throws MillraceError `SIMULATION_FAILED`.
 */
export async function simulateSeed(seed: number): Promise<Simulated> {
  const variant = seed % variants
  const known = prepared.get(variant) ?? prepare(variant)
  prepared.set(variant, known)
  const { simulation, expected } = await known
  return simulate(simulation.job, { seed, inputs: simulation.inputs, expected })
}

/** What has to come out of a variant. */
export async function expectedOf(variant: number): Promise<RowsBySink> {
  return (await prepare(variant)).expected
}

/** What comes out when nothing goes wrong, whatever the seed. */
async function prepare(variant: number) {
  const simulation = simulationOf(variant, new Chance(variant))
  const { rows } = await simulate(simulation.job, { seed: variant, inputs: simulation.inputs, faults: [] })
  return { simulation, expected: rows }
}
