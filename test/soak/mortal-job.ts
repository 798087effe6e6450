import {
  type CheckpointStore,
  type Job,
  type JobMetrics,
  type RunningJob,
  type RunOptions,
  run,
} from 'millrace'
import { memoryStore } from 'millrace/testing'
import { MortalStore } from './mortal-store.ts'

/** A job that runs in one process after another, each going on with the checkpoint of the last. */
export class MortalJob {
  readonly #job: Job
  readonly #options: RunOptions
  readonly #store: CheckpointStore = memoryStore()
  readonly #counters: JobMetrics['counters'][] = []
  #process!: { readonly running: RunningJob; readonly store: MortalStore }
  #failure: unknown

  constructor(job: Job, options: RunOptions) {
    this.#job = job
    this.#options = options
  }

  start(): void {
    const store = new MortalStore(this.#store)
    const running = run(this.#job, { ...this.#options, checkpoints: store })
    const lifetime = this.#counters.push({}) - 1
    running.metrics$.subscribe(({ counters }) => {
      this.#counters[lifetime] = counters
    })
    running.then(undefined, (error: unknown) => {
      if (this.#process.store === store) this.#failure = error
    })
    this.#process = { running, store }
  }

  /** What is since the last checkpoint is lost; another process goes on. */
  async kill(): Promise<void> {
    const { running, store } = this.#process
    store.die()
    await running.then(undefined, () => {})
    this.#failure = undefined
    this.start()
  }

  /** Takes a last checkpoint. Rejects if the job has failed by itself. */
  async stop(): Promise<void> {
    this.#process.running.stop()
    await this.ended()
  }

  async ended(): Promise<void> {
    await this.#process.running
  }

  /** @throws What the job failed with, if no kill was to blame. */
  assertAlive(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** A counter, over all processes. */
  counter(name: string): number {
    return this.#counters.reduce((sum, counters) => sum + (counters[name] ?? 0), 0)
  }

  /** In how many processes it has run. */
  get processes(): number {
    return this.#counters.length
  }
}
