import { folderStore } from '../checkpoint/folder-store.ts'
import { systemClock, systemRandom } from '../contract/system.ts'
import { type MillraceError, millraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import type { CheckpointSummary, JobEvent } from '../observe/events.ts'
import type { JobMetrics } from '../observe/metrics.ts'
import { silentLog } from '../observe/silent-log.ts'
import { ReplaySubject } from '../rx.ts'
import { assemble, type Closers, closeAll, type Surroundings } from './assemble.ts'
import { Attempt, type Parts } from './attempt.ts'
import { CheckpointDue } from './checkpoint-due.ts'
import { measure } from './measure.ts'
import { Meter } from './meter.ts'
import { NoticedGaps } from './noticed-gaps.ts'
import { FailedAtRecords } from './poison.ts'
import { decideRestart, failuresKept, type Restart } from './restart.ts'
import { type JobResult, overridesOf, type RunningJob, type RunOptions } from './running-job.ts'
import type { StalledSplit } from './source-task.ts'
import { Wake } from './wake.ts'

const metricsEveryMs = 1_000
/** How many events a late subscriber gets: the ones of hours, but not of months. */
const eventsKept = 1_000

/**
 * Runs a job in this process, restarting it after failures that may pass.
 *
 * @returns At once. Awaiting it gives the result, or throws the {@link MillraceError} that ended the job.
 * @throws MillraceError Never by itself; everything that goes wrong ends the awaited job.
 * @example
 * const words = listSource({ all: [{ value: 'millrace', arrivalTime: 0 }] })
 * const lengths = collectSink<number>()
 * const counting = job('lengths', ({ from }) =>
 *   from('words', words).pipe(
 *     map((word) => word.length),
 *     sinkTo('lengths', lengths),
 *   ),
 * )
 * await run(counting, { checkpoints: memoryStore() })
 * lengths.rows // [8]
 */
export function run(job: Job, options: RunOptions = {}): RunningJob {
  const life = new JobLife(job, options)
  const { events$, metrics$, checkpoints$ } = life
  return Object.assign(life.result(), {
    name: job.name,
    events$,
    metrics$,
    checkpoints$,
    stop: () => life.stop(),
  })
}

/** One job from its start to its end, over all restarts. */
class JobLife {
  readonly events$ = new ReplaySubject<JobEvent>(eventsKept)
  readonly metrics$ = new ReplaySubject<JobMetrics>(1)
  readonly checkpoints$ = new ReplaySubject<CheckpointSummary>(1)
  readonly #job: Job
  readonly #options: RunOptions
  readonly #wake = new Wake()
  readonly #meter = new Meter()
  readonly #gaps = new NoticedGaps()
  readonly #failedAt = new FailedAtRecords()
  readonly #over = new AbortController()
  readonly #startedAt: number
  #parts: Parts | undefined
  /** The epoch of the last claim: a checkpoint too, even if nothing could be opened after it. */
  #claimed = 0
  #stopping = false
  #restarts = 0
  #failuresInARow = 0
  #failures: readonly number[] = []
  #lastCheckpoint: CheckpointSummary | undefined
  #watermark: number | undefined

  constructor(job: Job, options: RunOptions) {
    this.#job = job
    this.#options = options
    this.#startedAt = this.#clock.now()
  }

  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    this.events$.next({ kind: 'stopping' })
    this.#over.abort()
    this.#wake.call()
  }

  async result(): Promise<JobResult> {
    const measuring = this.#measureUntilOver()
    try {
      const outcome = await this.#live()
      this.#over.abort()
      await measuring
      const metrics = this.#measure()
      this.metrics$.next(metrics)
      const epoch = Math.max(this.#claimed, this.#parts?.coordinator.epoch ?? 0)
      this.events$.next({ kind: 'ended', outcome, epoch })
      this.#complete()
      return { outcome, epoch, metrics }
    } catch (error) {
      this.#over.abort()
      const failure = millraceError(error)
      this.events$.next({ kind: 'failed', error: failure })
      this.#complete()
      throw failure
    }
  }

  async #live(): Promise<'finished' | 'stopped'> {
    for (;;) {
      try {
        return await this.#attempt()
      } catch (error) {
        const failure = this.#failedAt.judge(millraceError(error)).at({ job: this.#job.name })
        this.#failuresInARow += 1
        const restart = this.#restartAfter(failure)
        if (restart.decision === 'fail' || this.#stopping) throw failure
        this.#restarts += 1
        const { delayMs } = restart
        this.events$.next({ kind: 'restarting', attempt: this.#failuresInARow, delayMs, error: failure })
        await this.#clock.sleep(delayMs, this.#over.signal)
        // The next run does what another attempt would: it goes on at the last checkpoint.
        if (this.#stopping) return 'stopped'
      }
    }
  }

  #restartAfter(error: MillraceError): Restart {
    const { restart: strategy } = this.#job
    const now = this.#clock.now()
    this.#failures = failuresKept(strategy, this.#failures, now)
    const contact = this.#parts !== undefined
    const facts = { error, attempt: this.#failuresInARow, failedAt: this.#failures, now, contact }
    return decideRestart(strategy, facts, this.#random)
  }

  async #attempt(): Promise<'finished' | 'stopped'> {
    const closers: Closers = []
    const ended = new AbortController()
    const endEarly = () => ended.abort()
    this.#over.signal.addEventListener('abort', endEarly)
    let failure: MillraceError | undefined
    const onFailure = (error: unknown) => {
      if (ended.signal.aborted) return
      failure ??= millraceError(error)
      this.#wake.call()
    }
    const checkpointDue = new CheckpointDue(this.#wake.call)
    try {
      const surroundings = this.#surroundings(ended.signal, onFailure, checkpointDue.request)
      const parts = await this.#assemble(surroundings, closers)
      if (parts === undefined) return 'stopped'
      this.#over.signal.removeEventListener('abort', endEarly)
      return await new Attempt(
        parts,
        this.#attemptContext(ended.signal, () => failure, onFailure, checkpointDue),
      ).run()
    } finally {
      this.#over.signal.removeEventListener('abort', endEarly)
      ended.abort()
      await closeAll(closers, this.#log)
    }
  }

  /** Connects; `undefined` if the job was told to stop meanwhile, which ends every wait for a service. */
  async #assemble(surroundings: Surroundings, closers: Closers) {
    try {
      this.#parts = await assemble(this.#job, surroundings, closers)
    } catch (error) {
      if (!this.#stopping || !millraceError(error).retryable) throw error
    }
    return this.#stopping ? undefined : this.#parts
  }

  #surroundings(
    signal: AbortSignal,
    onFailure: (error: unknown) => void,
    requestCheckpoint: () => void,
  ): Surroundings {
    const job = this.#job
    return {
      ...this.#restoring,
      store: this.#store,
      clock: this.#clock,
      random: this.#random,
      log: this.#log,
      overrides: overridesOf(this.#options),
      signal,
      // Where time is not the machine's, neither is the order in which things happen.
      mayUseThreads: this.#clock === systemClock,
      meter: this.#meter,
      onGap: (source, gap) => {
        if (this.#gaps.notice(source, gap)) this.events$.next({ kind: 'gap', source, gap })
      },
      onReady: this.#wake.call,
      requestCheckpoint,
      onFailure,
      onClaimed: ({ generation, restored, skipped }) => {
        this.#claimed = generation
        for (const one of skipped) this.events$.next({ kind: 'checkpoint-skipped', ...one })
        this.events$.next({ kind: 'started', job: job.name, generation, restoredFrom: restored?.epoch })
        if (restored?.finished) this.events$.next({ kind: 'already-finished', epoch: restored.epoch })
      },
    }
  }

  get #restoring(): Pick<Surroundings, 'savepoint' | 'dropState'> {
    const { restore, rewind = false, dropState = [] } = this.#options
    return { savepoint: restore && { store: restore, rewind }, dropState }
  }

  #attemptContext(
    signal: AbortSignal,
    failure: () => MillraceError | undefined,
    onFailure: (error: unknown) => void,
    checkpointDue: CheckpointDue,
  ) {
    return {
      clock: this.#clock,
      wake: this.#wake,
      checkpointEveryMs: this.#job.checkpoint.everyMs,
      checkpointDue,
      // A store that fails shows it when a checkpoint is due.
      lookForRequests: async () => (await this.#parts?.requests.look().catch(() => false)) ?? false,
      untilCaughtUp: this.#options.until === 'caught-up',
      signal,
      stopRequested: () => this.#stopping,
      failure,
      onFailure,
      onCheckpoint: (checkpoint: CheckpointSummary, progressed: boolean) =>
        this.#onCheckpoint(checkpoint, progressed),
      onStalled: (stalled: StalledSplit) => {
        this.#meter.count(`${stalled.source}.stalled`)
        this.events$.next({ kind: 'stalled', ...stalled })
      },
      onUnknownOperator: (operator: string) =>
        this.#log.warn('a request was for an operator that the job does not have', { operator }),
      onCaughtUp: () => this.events$.next({ kind: 'caught-up' }),
    }
  }

  #onCheckpoint(checkpoint: CheckpointSummary, progressed: boolean): void {
    if (progressed) {
      this.#failuresInARow = 0
      this.#failedAt.progressed()
    }
    this.#lastCheckpoint = checkpoint
    this.checkpoints$.next(checkpoint)
    this.events$.next({ kind: 'checkpoint', checkpoint })
  }

  async #measureUntilOver(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#clock.sleep(metricsEveryMs, this.#over.signal)
      this.metrics$.next(this.#measure())
    }
  }

  #measure(): JobMetrics {
    const metrics = measure(this.#job.name, this.#parts, {
      at: this.#clock.now(),
      startedAt: this.#startedAt,
      gaps: this.#gaps.total,
      restarts: this.#restarts,
      lastCheckpoint: this.#lastCheckpoint,
      counters: this.#meter.counters(),
    })
    // When the last split has ended, nothing shows the watermark any more.
    this.#watermark = metrics.watermark ?? this.#watermark
    return { ...metrics, watermark: this.#watermark }
  }

  #complete(): void {
    this.events$.complete()
    this.metrics$.complete()
    this.checkpoints$.complete()
  }

  get #store() {
    const { name, checkpoint } = this.#job
    return this.#options.checkpoints ?? checkpoint.store ?? folderStore(`.millrace/${name}`)
  }

  get #clock() {
    return this.#options.clock ?? systemClock
  }

  get #log() {
    return this.#options.log ?? silentLog
  }

  get #random() {
    return this.#options.random ?? systemRandom
  }
}
