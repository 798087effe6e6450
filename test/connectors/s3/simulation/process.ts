import { setImmediate as letOthersRun } from 'node:timers/promises'
import { MillraceError } from 'millrace'
import type { Clock } from '../../../../src/contract/clock.ts'
import type { Chance } from '../../../../src/testing/simulation/chance.ts'
import type { SinkHooks } from '../../../runtime/hooked.ts'

/** A simulated process: it may die at any deed, and each of its deeds may fail for once. */
export class Process {
  readonly #chance: Chance
  readonly #faults: number
  #deedsLeft: number

  /** @param faults The share of deeds that fail without killing the process. */
  constructor(chance: Chance, deeds: number, faults: number) {
    this.#chance = chance
    this.#deedsLeft = deeds
    this.#faults = faults
  }

  readonly deed = (): void => {
    this.#deedsLeft -= 1
    if (this.#deedsLeft < 0) throw new MillraceError('JOB_FENCED', 'the process has died')
    if (this.#chance.in(this.#faults)) throw new MillraceError('STORE_FAILED', 'a passing fault')
  }

  /** A deed in the middle of which others may have their turns. */
  readonly slowDeed = async (): Promise<void> => {
    for (let turns = this.#chance.between(0, 3) - 1; turns > 0; turns -= 1) await letOthersRun()
    this.deed()
  }

  /** Before or after what it is about, or both. */
  readonly around = async <T>(act: () => T | Promise<T>): Promise<T> => {
    this.deed()
    const result = await act()
    this.deed()
    return result
  }

  /** Every sleep takes some turns of the loop, so that checkpoints and fetches meet in all orders. */
  readonly clock: Clock = {
    now: () => 0,
    sleep: async (_ms, signal) => {
      for (let turns = this.#chance.between(1, 12); turns > 0 && !signal?.aborted; turns -= 1)
        await letOthersRun()
    },
  }

  readonly sinkHooks: SinkHooks = {
    open: this.deed,
    write: this.deed,
    ready: () => (this.#chance.in(0.2) ? letOthersRun().then(() => {}) : undefined),
    stage: async () => {
      if (this.#chance.in(0.3)) await letOthersRun()
      this.deed()
    },
    commit: this.deed,
  }

  readonly onFetch = async (): Promise<void> => {
    for (let turns = this.#chance.between(0, 4); turns > 0; turns -= 1) await letOthersRun()
    this.deed()
  }
}
