import process from 'node:process'
import { simulateSeed } from './run-seeds.ts'

/** Which seeds a worker takes. */
export interface Work {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly trace: boolean
  /** Ends with the first that fails. */
  readonly untilFailure?: boolean
}

/** What became of a seed. */
export interface Report {
  readonly seed: number
  readonly steps: number
  readonly error?: string
  readonly trace?: string
}

async function reportOf(seed: number, { trace }: Work): Promise<Report> {
  try {
    const simulated = await simulateSeed(seed, trace ? { stepsTold: Number.POSITIVE_INFINITY } : {})
    const { steps } = simulated
    return trace ? { seed, steps, trace: simulated.trace.join('\n') } : { seed, steps }
  } catch (error) {
    return { seed, steps: 0, error: error instanceof Error ? error.message : String(error) }
  }
}

process.once('message', async (work: Work) => {
  const { from, to, step, untilFailure } = work
  for (let seed = from; seed < to; seed += step) {
    const report = await reportOf(seed, work)
    process.send!(report)
    if (untilFailure && report.error !== undefined) break
  }
  process.disconnect()
})
