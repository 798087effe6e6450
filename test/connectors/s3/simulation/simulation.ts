import { setImmediate as letOthersRun } from 'node:timers/promises'
import { type CheckpointStore, type Job, job, type RunningJob, run } from 'millrace'
import { aggregate, count, eventTime, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { memoryStore } from 'millrace/testing'
import { Chance } from '../../../../src/testing/simulation/chance.ts'
import { damage, manifestsIn } from '../../../checkpoint/damage.ts'
import { hookedSink, hookedStore } from '../../../runtime/hooked.ts'
import { pagedSource } from '../../../runtime/paged-source.ts'
import { Ledger } from './ledger.ts'
import { type Total, totalsOf } from './model.ts'
import { Process } from './process.ts'
import { type Visit, type World, world } from './world.ts'

const windowMs = 1_000

/** What a simulated job wrote, and what it should have. */
export interface Verdict {
  readonly totals: readonly Total[]
  readonly expectedTotals: readonly Total[]
  readonly copies: readonly string[]
  readonly expectedCopies: readonly string[]
  readonly refused: readonly string[]
  readonly expectedRefused: readonly string[]
}

/**
 * One job from its first start to its end, over crashes, faults, stops, rivals and torn checkpoints, which live in an
 * empty store.
 */
export async function simulate(seed: number, store: CheckpointStore = memoryStore()): Promise<Verdict> {
  const simulation = new Simulation(new Chance(seed), store)
  await simulation.live()
  return simulation.verdict()
}

class Simulation {
  readonly #chance: Chance
  readonly #world: World
  readonly #store: CheckpointStore
  readonly #totals = new Ledger<Total>()
  readonly #copies = new Ledger<string>()
  readonly #refused = new Ledger<string>()
  readonly #listed = new Set<string>()
  readonly #byArrival: boolean
  readonly #drift: '100ms' | '1s' | '1d'

  constructor(chance: Chance, store: CheckpointStore) {
    this.#chance = chance
    this.#store = store
    this.#world = world(chance)
    this.#byArrival = chance.in(0.3)
    this.#drift = chance.oneOf(['100ms', '1s', '1d'])
  }

  async live(): Promise<void> {
    for (let lives = this.#chance.between(0, 5); lives > 0; lives -= 1) {
      const rivals = this.#chance.in(0.3)
      const first = this.#start()
      if (rivals) await this.#wait(60)
      const runs = rivals ? [first, this.#start()] : [first]
      if (this.#chance.in(0.3)) {
        await this.#wait(60)
        for (const one of runs) one.stop()
      }
      await Promise.allSettled(runs)
      if (this.#chance.in(0.3)) await this.#tear()
    }
    await run(this.#job(new Process(this.#chance, Number.POSITIVE_INFINITY, 0)), this.#options())
  }

  verdict(): Verdict {
    const { visits, undecodable } = this.#world
    return {
      totals: this.#totals.rows,
      expectedTotals: totalsOf(visits, this.#byArrival ? this.#arrivalOf() : ({ time }) => time, windowMs),
      copies: this.#copies.rows.sort(),
      expectedCopies: visits.map(({ id }) => id).sort(),
      refused: this.#refused.rows.sort(),
      expectedRefused: [...undecodable].sort(),
    }
  }

  #start(): RunningJob {
    const process = new Process(
      this.#chance,
      this.#chance.between(5, 250),
      this.#chance.oneOf([0, 0, 0.01, 0.03]),
    )
    const store = hookedStore(this.#store, process.slowDeed)
    const mortal = {
      ...store,
      writeOnce: (name: string, content: Uint8Array) => process.around(() => store.writeOnce(name, content)),
    }
    const running = run(this.#job(process), { ...this.#options(), checkpoints: mortal, clock: process.clock })
    // It may fail while nobody waits for it.
    running.then(undefined, () => {})
    return running
  }

  #options() {
    const { clock } = new Process(this.#chance, 0, 0)
    return { checkpoints: this.#store, clock, random: this.#chance.next }
  }

  #job(process: Process): Job {
    const source = pagedSource<Visit>(this.#world.splits, {
      onFetch: process.onFetch,
      // A child may show up a while after its parents have ended.
      listed: (split) => this.#isListed(split),
    })
    const outOfOrder = `${this.#world.outOfOrderMs}ms` as const
    return job('simulated', ({ from }) => {
      const visits = from('visits', source, {
        undecodable: (records) =>
          records.pipe(
            map(({ reason }) => reason),
            sinkTo('refused', hookedSink(this.#refused.sink, process.sinkHooks)),
          ),
      })
      const timed = this.#byArrival
        ? visits
        : visits.pipe(eventTime(({ time }) => time, { outOfOrder, idleAfter: '0s', maxDrift: this.#drift }))
      return [
        timed.pipe(
          keyBy(({ key }) => key),
          window(tumbling(`${windowMs}ms`)),
          aggregate('totals', { n: count(), amount: sum(({ amount }) => amount) }),
          map(({ key, window: { start }, n, amount }): Total => ({ start, key, n, amount })),
          sinkTo('rows', hookedSink(this.#totals.sink, process.sinkHooks)),
        ),
        visits.pipe(
          map(({ id }) => id),
          sinkTo('copies', hookedSink(this.#copies.sink, process.sinkHooks)),
        ),
      ]
    })
  }

  #isListed(split: string): boolean {
    if (this.#world.splits[split]?.parents?.length === 0 || this.#chance.in(0.2)) this.#listed.add(split)
    return this.#listed.has(split)
  }

  /** Damages the newest checkpoint, if there is one to fall back to. */
  async #tear(): Promise<void> {
    const [newest, second] = await manifestsIn(this.#store)
    if (second !== undefined)
      await damage(this.#store, newest!, this.#chance.oneOf(['torn', 'edited', 'empty']))
  }

  async #wait(most: number): Promise<void> {
    for (let turns = this.#chance.between(0, most); turns > 0; turns -= 1) await letOthersRun()
  }

  #arrivalOf(): (visit: Visit) => number {
    const arrivals = new Map<string, number>()
    for (const { pages } of Object.values(this.#world.splits)) {
      for (const { values = [], arrivalTimes = [] } of pages)
        for (const [index, { id }] of values.entries()) arrivals.set(id, arrivalTimes[index]!)
    }
    return ({ id }) => arrivals.get(id)!
  }
}
