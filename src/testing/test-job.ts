import { MillraceError, millraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import type { JobEvent } from '../observe/events.ts'
import type { JobMetrics } from '../observe/metrics.ts'
import { run } from '../runtime/run.ts'
import type { RunningJob } from '../runtime/running-job.ts'
import { type Duration, milliseconds } from '../units.ts'
import { FedStream } from './fed-source.ts'
import { Life } from './life.ts'
import { memoryStore } from './memory-store.ts'
import { assertSources, sinkNames, sourceNames, withEnds } from './replaced-ends.ts'
import { crash } from './test-records.ts'
import { TestedSink } from './tested-sink.ts'
import { VirtualTime } from './virtual-time.ts'

/** What a test of a job begins with. */
export interface TestOptions {
  /**
   * What is sent to each source at first, by its name in the job: values as its codec would give them,
   * {@link arrivesAt}, {@link undecodable} and {@link crash}. One source after the other, in the order given here.
   */
  readonly inputs?: Readonly<Record<string, readonly unknown[]>>
  /** What the clock shows at first, in milliseconds since 1970. Default 0. */
  readonly startMs?: number
}

/** What a tested job has done by its end. */
export interface TestedJob {
  /** The rows of each sink, in their order, by its name: those of side outputs too. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>
  /** What has happened, over all crashes. */
  readonly events: readonly JobEvent[]
  /** The figures of the job since its last start. */
  readonly metrics: JobMetrics
}

/**
 * A job in a test. Each call resolves when everything that it leads to has happened, and rejects with the error that
 * ended the job.
 */
export interface JobTest {
  /** Sends records to a source, as {@link TestOptions.inputs} has them. */
  send(source: string, ...records: readonly unknown[]): Promise<void>
  /** Lets time pass, at one go. The job's own checkpoints come with it. */
  advance(duration: Duration): Promise<void>
  /** Takes a checkpoint now. */
  checkpoint(): Promise<void>
  /** Kills the job and starts it again: it goes on at its last checkpoint. */
  crash(): Promise<void>
  /** Ends the input of all sources: every window closes and every timer fires. */
  end(): Promise<TestedJob>
  /** What a sink was given so far, in its order. A crash takes back what no checkpoint has. */
  rows<T = unknown>(sink: string): readonly T[]
  /** What readers of a sink see: only rows of completed checkpoints. */
  committed<T = unknown>(sink: string): readonly T[]
  /** What has happened, over all crashes. */
  readonly events: readonly JobEvent[]
  /** The figures of the job since its last start, as of the last second of its clock, and exact at the end. */
  readonly metrics: JobMetrics | undefined
}

/**
 * Runs a job on lists, in this process and in milliseconds: its sources give what the test sends, its sinks and
 * checkpoints are in memory, and its clock stands until the test advances it. A crash is an input like any other.
 *
 * @throws MillraceError `OPTION_INVALID` for a source or sink that the job does not have.
 * @example
 * const words = job('words', ({ from }) =>
 *   from('words', listSource<string>({})).pipe(
 *     map((word) => word.length),
 *     sinkTo('lengths', collectSink()),
 *   ),
 * )
 * const { rows } = await testJob(words, { inputs: { words: ['mill', crash, 'race'] } }).end()
 * rows['lengths'] // [4, 4]
 */
export function testJob(job: Job, options: TestOptions = {}): JobTest {
  const { inputs = {}, startMs = 0 } = options
  assertSources(job, Object.keys(inputs))
  const test = new RunningTest(job, startMs)
  for (const [source, records] of Object.entries(inputs)) test.send(source, ...records).catch(() => {})
  return test
}

class RunningTest implements JobTest {
  readonly events: JobEvent[] = []
  metrics: JobMetrics | undefined
  readonly #job: Job
  readonly #time: VirtualTime
  readonly #store = memoryStore()
  readonly #streams: ReadonlyMap<string, FedStream>
  readonly #sinks: ReadonlyMap<string, TestedSink>
  #life: Life
  #running!: RunningJob
  #over = false
  #failure: MillraceError | undefined
  /** Calls are served one after the other. */
  #turn: Promise<void>

  constructor(job: Job, startMs: number) {
    this.#job = job
    this.#time = new VirtualTime(startMs)
    this.#streams = new Map(sourceNames(job).map((name) => [name, new FedStream(name)]))
    this.#sinks = new Map(sinkNames(job).map((name) => [name, new TestedSink()]))
    this.#life = this.#start()
    this.#turn = this.#time.settled()
  }

  async send(source: string, ...records: readonly unknown[]): Promise<void> {
    assertSources(this.#job, [source])
    await this.#next(async () => {
      for (const record of records) {
        if (record === crash) await this.#crash()
        else this.#streams.get(source)!.put(record, this.#time.now)
      }
    })
  }

  advance(duration: Duration): Promise<void> {
    const ms = milliseconds(duration)
    return this.#next(async () => {
      await this.#time.jump(ms)
      // A quiet source tells how late it is.
      for (const stream of this.#streams.values()) stream.wake()
    })
  }

  checkpoint(): Promise<void> {
    return this.#next(async () => {
      const [sink] = this.#sinks.values()
      sink!.requestCheckpoint()
    })
  }

  crash(): Promise<void> {
    return this.#next(() => this.#crash())
  }

  async end(): Promise<TestedJob> {
    await this.#next(async () => {
      for (const stream of this.#streams.values()) stream.end()
      await this.#ended()
    })
    const rows = Object.fromEntries([...this.#sinks].map(([name, sink]) => [name, sink.rows]))
    return { rows, events: this.events, metrics: this.metrics! }
  }

  rows<T>(sink: string): readonly T[] {
    return this.#sink(sink).rows as readonly T[]
  }

  committed<T>(sink: string): readonly T[] {
    return this.#sink(sink).committed as readonly T[]
  }

  /** When what was called before is done: acts, and waits until nothing happens any more. */
  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(async () => {
      this.#throwFailure()
      await act()
      await this.#time.settled()
      this.#throwFailure()
    })
    // The next call may be made all the same, and fails as this one did.
    this.#turn = done.catch(() => {})
    return done
  }

  /** Calls of the job to something outside take time that is not ours; what it waits for by its clock comes at once. */
  async #ended(): Promise<void> {
    for (;;) {
      await this.#time.settled()
      if (this.#over) return
      if (this.events.at(-1)?.kind === 'restarting') await this.#time.step()
      else await this.#running.then(undefined, () => {})
    }
  }

  async #crash(): Promise<void> {
    // What was sent before has been handed over.
    await this.#time.settled()
    this.#throwFailure()
    this.#life.crash()
    this.#life = this.#start()
    await this.#time.settled()
  }

  #start(): Life {
    const life = new Life(this.#time)
    const ends = {
      sourceOf: (name: string) => this.#streams.get(name)!.sourceOf(life),
      sinkOf: (name: string) => this.#sinks.get(name)!.sinkOf(life),
    }
    const running = run(withEnds(this.#job, ends), {
      checkpoints: this.#store,
      clock: life.clock,
      random: () => 0.5,
    })
    running.events$.subscribe((event) => {
      life.stir()
      if (life.alive) this.events.push(event)
    })
    running.metrics$.subscribe((metrics) => {
      if (life.alive) this.metrics = metrics
    })
    const onEnd = (failure?: unknown) => {
      life.stir()
      if (!life.alive) return
      this.#over = true
      if (failure !== undefined) this.#failure = millraceError(failure)
    }
    running.then(() => onEnd(), onEnd)
    this.#running = running
    return life
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #sink(name: string): TestedSink {
    const sink = this.#sinks.get(name)
    if (sink !== undefined) return sink
    const there = [...this.#sinks.keys()].map((known) => `"${known}"`).join(', ')
    throw new MillraceError('OPTION_INVALID', `the job has no sink "${name}", but ${there}`, {
      where: { job: this.#job.name },
    })
  }
}
