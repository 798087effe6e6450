import {
  nextClocks,
  type ProgressClocks,
  type SplitProgressFacts,
  type Stall,
  type StallLimits,
  stallOf,
} from './stall.ts'

/** Watches the splits of a source, a look at a time. It remembers one set of clocks for each. */
export class Watchdog {
  #clocks: ReadonlyMap<string, ProgressClocks> = new Map()

  /** The splits that have stalled. One that stays so is told again after as long again. */
  look(
    splits: ReadonlyMap<string, SplitProgressFacts>,
    limits: StallLimits,
    now: number,
  ): ReadonlyMap<string, Stall> {
    const clocks = new Map<string, ProgressClocks>()
    const stalls = new Map<string, Stall>()
    for (const [split, facts] of splits) {
      const next = nextClocks(this.#clocks.get(split), facts, now)
      const stall = stallOf(next, limits, now)
      if (stall !== undefined) stalls.set(split, stall)
      clocks.set(split, stall === undefined ? next : toldAt(next, stall, now))
    }
    this.#clocks = clocks
    return stalls
  }
}

function toldAt(clocks: ProgressClocks, { clock }: Stall, now: number): ProgressClocks {
  return { ...clocks, [clock]: { ...clocks[clock], since: now } }
}
