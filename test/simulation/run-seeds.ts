import { type RowsBySink, type Simulated, type SimulationOptions, simulate } from '../../src/testing/index.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { otherSimulationOf, otherVariants, type Simulation, simulationOf, variants } from './jobs.ts'

interface Prepared extends Simulation {
  readonly expected: NonNullable<Parameters<typeof simulate>[1]['expected']>
}

const prepared = new Map<string, Promise<Prepared>>()

/** One seed of so many has a stream of another kind. */
const othersEvery = 5
const placeOfOthers = 0

/**
 * One seed: one of the jobs through one history.
 *
 * @param told What of a failure is told.
 *
 * @throws MillraceError `SIMULATION_FAILED`.
 */
export async function simulateSeed(
  seed: number,
  told: Pick<SimulationOptions, 'stepsTold'> = {},
): Promise<Simulated> {
  const other = Math.floor(seed / othersEvery) % otherVariants
  const isOther = seed % othersEvery === placeOfOthers
  const variant = isOther ? other : seed % variants
  const name = `${isOther} ${variant}`
  const known =
    prepared.get(name) ??
    prepare((isOther ? otherSimulationOf : simulationOf)(variant, new Chance(variant)), variant)
  prepared.set(name, known)
  const { job, inputs, options, expected } = await known
  return simulate(job, { ...options, ...told, seed, inputs, expected })
}

/** What has to come out of a variant. */
export async function expectedOf(variant: number): Promise<RowsBySink> {
  return faultless(simulationOf(variant, new Chance(variant)), variant)
}

async function prepare(simulation: Simulation, seed: number): Promise<Prepared> {
  return { ...simulation, expected: simulation.options?.expected ?? (await faultless(simulation, seed)) }
}

/** What comes out when nothing goes wrong, whatever the seed. */
async function faultless({ job, inputs, options }: Simulation, seed: number): Promise<RowsBySink> {
  const { rows } = await simulate(job, { seed, inputs, faults: [], aggregated: options?.aggregated ?? false })
  return rows
}
