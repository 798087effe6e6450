import { setImmediate as turn } from 'node:timers/promises'
import { type ManualClock, manualClock } from 'millrace/testing'
import type { Clock } from '../../src/contract/clock.ts'

const tickMs = 500
/** So many turns of the loop a tick lasts: calls within this process, one after another, get done in them. */
const turnsOfTick = 120

/** Time that passes in ticks, each once what the last has started has had its turns: ten minutes within one. */
export class DrivenTime {
  readonly clock: ManualClock = manualClock(Date.UTC(2026, 0, 1))
  readonly #sleeping = { server: 0 }

  /** For the server, whose waits are counted. */
  readonly serverClock: Clock = {
    now: () => this.clock.now(),
    sleep: async (ms, signal) => {
      this.#sleeping.server += 1
      await this.clock.sleep(ms, signal)
      this.#sleeping.server -= 1
    },
  }

  /** How many waits of the server are under way: each open subscription has one at least. */
  get serverWaits(): number {
    return this.#sleeping.server
  }

  async tick(): Promise<void> {
    for (let turns = 0; turns < turnsOfTick; turns += 1) await turn()
    this.clock.advance(tickMs)
  }

  /** Lets time pass until the promise has settled. */
  async until<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
    }
    promise.then(settle, settle)
    while (!settled) await this.tick()
    return promise
  }
}
