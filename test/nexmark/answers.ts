import { createHash } from 'node:crypto'
import { MillraceError, run } from 'millrace'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { AnswerDigest, entriesOf } from '../bench/nexmark/answer.ts'
import { GeneratedSource } from '../bench/nexmark/generated-source.ts'
import { presets } from '../bench/nexmark/preset.ts'
import { queries } from '../bench/nexmark/queries.ts'
import { queryJob } from '../bench/nexmark/query-job.ts'
import { Chance } from '../bench/nexmark/random.ts'
import type { Answer } from './duckdb-tables.ts'
import { Life } from './life.ts'

/** What events come, and how. The answers to queries depend on the events alone. */
export interface Manner {
  readonly preset: keyof typeof presets
  readonly events: number
  readonly splits: number
  /** Events come out of order in groups of so many. */
  readonly group: number
}

const fetches = 100
/** So that there is a checkpoint every ten fetches. */
const fetchLastsMs = 100
const checkpointEvery = '1s'

/** A job in one process after another; what has been written and committed outlives them. */
class MortalJob {
  readonly #name: string
  readonly #manner: Manner
  readonly #clock = manualClock()
  readonly #store = memoryStore()
  readonly #results = collectSink<unknown>()
  /** Of all its processes. */
  steps = 0

  constructor(name: string, manner: Manner) {
    this.#name = name
    this.#manner = manner
  }

  /** Runs the job until it ends or its process dies. `failingFetch` fails once, as a service does. */
  async live(life: Life, failingFetch?: number): Promise<void> {
    const { preset, group, events, splits } = this.#manner
    let fetched = 0
    const source = new GeneratedSource({
      ...{ preset: { ...presets[preset], group }, events, splits, perFetch: Math.ceil(events / fetches) },
      onFetch: () => {
        this.#clock.advance(fetchLastsMs)
        life.step()
        fetched += 1
        if (fetched === failingFetch) throw new MillraceError('SOURCE_FAILED', 'as the test wants')
      },
    })
    const outOfOrder = preset === 'late' ? '17s' : '4s'
    const setting = {
      events: source,
      results: life.sinkOf(this.#results),
      outOfOrder,
      checkpointEvery,
    } as const
    const running = run(queryJob(this.#name, queries[this.#name]!, setting), {
      checkpoints: life.storeOf(this.#store),
      clock: this.#clock,
    })
    // The wait before a restart begins after this event.
    running.events$.subscribe((event) => {
      if (event.kind === 'restarting') setImmediate(() => this.#clock.advance(event.delayMs))
    })
    try {
      await running
    } finally {
      this.steps += life.steps
    }
  }

  get rows(): readonly unknown[] {
    return this.#results.rows
  }

  get answer(): Answer {
    const query = queries[this.#name]!
    const digest = new AnswerDigest()
    let columns: readonly string[] = []
    for (const result of this.rows) {
      for (const entry of entriesOf(query, result)) {
        digest.add(entry)
        columns = Object.keys(entry.row)
      }
    }
    return { rows: digest.rows, digest: digest.digest, columns }
  }
}

/** A job that nothing has happened to. */
export async function straight(name: string, manner: Manner): Promise<MortalJob> {
  const job = new MortalJob(name, manner)
  await job.live(new Life())
  return job
}

/** A job that has failed once and gone on by itself. */
export async function restarted(name: string, manner: Manner): Promise<MortalJob> {
  const job = new MortalJob(name, manner)
  await job.live(new Life(), fetches / 2)
  return job
}

/**
 * A job whose process has died three times, each time at a step that is another for each query.
 *
 * @param steps How many there are to the end if nothing happens.
 */
export async function killedThreeTimes(name: string, manner: Manner, steps: number): Promise<MortalJob> {
  const job = new MortalJob(name, manner)
  const chance = new Chance(createHash('sha256').update(name).digest().readUInt32BE(), manner.splits, 1, 9)
  for (let death = 1; death <= 3; death += 1) {
    const life = new Life(1 + chance.int(Math.floor(steps / 3)))
    await job.live(life).catch((error: unknown) => {
      if (!life.over) throw error
    })
    if (!life.over) throw new Error(`the job ended before death ${death}`)
  }
  await job.live(new Life())
  return job
}
