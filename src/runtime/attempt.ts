import { setImmediate as letOthersRun } from 'node:timers/promises'
import type { CheckpointCoordinator, Cut } from '../checkpoint/coordinator.ts'
import type { Restored } from '../checkpoint/recovery.ts'
import type { Clock } from '../contract/clock.ts'
import type { Barrier, End, Tick, Watermark } from '../contract/element.ts'
import type { Snapshot } from '../contract/snapshot.ts'
import type { MillraceError } from '../errors.ts'
import type { CheckpointSummary } from '../observe/events.ts'
import { endOfTime } from '../time/end-of-time.ts'
import type { CheckpointDue } from './checkpoint-due.ts'
import type { Dataflow } from './dataflow.ts'
import type { InputSoFar } from './input-so-far.ts'
import { nextSplit } from './next-split.ts'
import type { OutsideRequests } from './outside-requests.ts'
import type { ProcessingTime } from './processing-time.ts'
import type { SinkTask } from './sink-task.ts'
import type { SourceTask, StalledSplit } from './source-task.ts'
import type { Wake } from './wake.ts'

/** How often to look whether every split makes progress. */
const watchEveryMs = 15_000

/** How often to look whether somebody outside has asked for a checkpoint. */
const requestsEveryMs = 5_000

/** Everything that one attempt to run a job is made of. */
export interface Parts {
  readonly dataflow: Dataflow
  readonly processingTime: ProcessingTime
  readonly sources: readonly SourceTask[]
  readonly sinks: readonly SinkTask[]
  /** What operators gave for the barrier that has just passed. */
  readonly snapshots: Map<string, Snapshot>
  readonly coordinator: CheckpointCoordinator
  readonly restored: Restored | undefined
  readonly requests: OutsideRequests
  readonly input: InputSoFar
}

export interface AttemptContext {
  readonly clock: Clock
  readonly wake: Wake
  readonly checkpointEveryMs: number
  readonly checkpointDue: CheckpointDue
  readonly untilCaughtUp: boolean
  /** Looks for what is asked of operators; gives whether a checkpoint is asked for. */
  readonly lookForRequests: () => Promise<boolean>
  /** Aborted when the attempt is over. */
  readonly signal: AbortSignal
  readonly stopRequested: () => boolean
  /** What failed outside of the loop, such as a fetch. */
  readonly failure: () => MillraceError | undefined
  readonly onFailure: (error: unknown) => void
  /** `progressed`: something was handed over since the attempt began. */
  readonly onCheckpoint: (checkpoint: CheckpointSummary, progressed: boolean) => void
  readonly onCaughtUp: () => void
  /** A request was for an operator that the job does not have. */
  readonly onUnknownOperator: (operator: string) => void
  readonly onStalled: (stalled: StalledSplit) => void
}

/**
 * Runs a job until its input ends, it is told to stop, or something fails. One loop does everything in turn: it hands
 * over a fetch, and between two of them it takes checkpoints. So a cut needs no alignment, and nothing is in flight
 * when the barrier goes down.
 */
export class Attempt {
  readonly #parts: Parts
  readonly #context: AttemptContext
  #checkpointing: Promise<void> | undefined
  #progressed = false
  #toldCaughtUp = false
  #sinksFull = false
  /** The source whose turn it is comes first. */
  #turns: readonly SourceTask[]

  constructor(parts: Parts, context: AttemptContext) {
    this.#parts = parts
    this.#context = context
    this.#turns = parts.sources
  }

  async run(): Promise<'finished' | 'stopped'> {
    try {
      return await this.#run()
    } finally {
      // Nothing of this attempt may still be at work when its sinks are closed.
      await this.#checkpointing
    }
  }

  async #run(): Promise<'finished' | 'stopped'> {
    await this.#recommit()
    if (this.#parts.restored?.finished) {
      if (this.#unsettled) this.#push({ kind: 'end' })
      await this.#settleSinks(true)
      await this.#parts.coordinator.deleteObsolete()
      return 'finished'
    }
    for (const source of this.#parts.sources) source.openReadable()
    // What the first start resolved, such as `latest`, must be durable before the first read.
    await this.#checkpoint()
    if (await this.#parts.requests.look()) this.#context.checkpointDue.request()
    this.#startTimers()
    for (;;) {
      this.#throwFailure()
      this.#takeRequests()
      if (this.#context.stopRequested()) return this.#end('stopped')
      if (this.#context.checkpointDue.now && this.#checkpointing === undefined) {
        await this.#settled()
        this.#checkpointAside()
      }
      this.#tick(this.#parts.processingTime.takeDue())
      if (await this.#handOver()) continue
      if (this.#inputEnded()) return this.#end('finished')
      await this.#context.wake.wait()
    }
  }

  /** The last checkpoint may be one whose commits did not all happen: they are repeated. */
  async #recommit(): Promise<void> {
    const { sinks, restored, coordinator } = this.#parts
    for (const sink of sinks) {
      const committables = restored?.sinks[sink.name]?.committables ?? []
      if (committables.length > 0) await sink.commit(committables, coordinator.permit())
    }
  }

  /** Does what is asked of operators, and lets a checkpoint tell that it is done. */
  #takeRequests(): void {
    const { requests, dataflow } = this.#parts
    for (const { operator, request } of requests.take()) {
      if (!dataflow.request(operator, request)) this.#context.onUnknownOperator(operator)
      this.#progressed = true
      this.#context.checkpointDue.request()
    }
  }

  /** Hands over one fetch, if one may be. */
  async #handOver(): Promise<boolean> {
    for (const source of this.#turns) source.openReadable()
    for (const source of this.#turns) source.prefetch(this.#turns)
    const next = nextSplit(this.#turns)
    if (next === undefined || !this.#hasRoom()) return false
    const { source, task } = next
    this.#turns = [...this.#turns.filter((other) => other !== source), source]
    this.#progressed = true
    if (this.#parts.dataflow.ticked) this.#tick(this.#parts.processingTime.now())
    source.handOver(task)
    await letOthersRun()
    return true
  }

  /**
   * Whether sinks and operators take more. If not, the loop is woken when they do. It must not wait for that alone: it
   * is also told to stop, and fails.
   */
  #hasRoom(): boolean {
    const { sinks, dataflow } = this.#parts
    const waits: Promise<unknown>[] = sinks.flatMap((sink) => sink.ready() ?? [])
    if (dataflow.ready !== undefined) waits.push(dataflow.ready)
    this.#sinksFull = waits.length > 0
    if (!this.#sinksFull) return true
    Promise.all(waits).then(this.#context.wake.call, this.#context.onFailure)
    return false
  }

  #inputEnded(): boolean {
    const caughtUp = this.#parts.sources.every((source) => source.caughtUp)
    if (caughtUp && !this.#toldCaughtUp) {
      this.#toldCaughtUp = true
      this.#context.onCaughtUp()
    }
    return this.#parts.sources.every((source) => source.ended || (this.#context.untilCaughtUp && caughtUp))
  }

  async #end(outcome: 'finished' | 'stopped'): Promise<'finished' | 'stopped'> {
    await this.#checkpointing
    // Without this, what a failed commit left behind would be missing in the next checkpoint.
    this.#throwFailure()
    if (outcome === 'finished') {
      await this.#checkUnfinished()
      await this.#endProcessingTime()
      this.#push({ kind: 'watermark', timestamp: endOfTime })
      await this.#settled()
      await this.#endProcessingTime()
      this.#push({ kind: 'end' })
      this.#throwUnfinished()
    } else await this.#settled()
    await this.#checkpoint(outcome === 'finished')
    await this.#settleSinks(outcome === 'finished')
    return outcome
  }

  /** What commits have left for another checkpoint must not wait for the next start. */
  async #settleSinks(finished: boolean): Promise<void> {
    while (this.#unsettled) await this.#checkpoint(finished)
  }

  get #unsettled(): boolean {
    return this.#parts.sinks.some((sink) => sink.unsettled)
  }

  /** Where the input has ended no source is open. */
  get #sourceNames(): readonly string[] {
    const { sources, restored } = this.#parts
    return restored?.finished ? Object.keys(restored.sources) : sources.map(({ name }) => name)
  }

  /** What cannot be finished is kept: whoever has to do something about it finds it in a checkpoint. */
  async #checkUnfinished(): Promise<void> {
    if (this.#parts.dataflow.unfinished === undefined) return
    await this.#settled()
    await this.#checkpoint()
    this.#throwUnfinished()
  }

  #throwUnfinished(): void {
    const { unfinished } = this.#parts.dataflow
    if (unfinished !== undefined) throw unfinished
  }

  #tick(now: number | undefined): void {
    if (now !== undefined && this.#parts.dataflow.ticked) this.#push({ kind: 'tick', now })
  }

  #push(element: Watermark | Tick | Barrier | End): void {
    for (const name of this.#sourceNames) this.#parts.dataflow.push(name, element)
  }

  /** What this sets off may have to wait for something outside, and what comes back of it for the end again. */
  async #endProcessingTime(): Promise<void> {
    do this.#tick(Number.POSITIVE_INFINITY)
    while (await this.#settled())
  }

  /** Waits until nothing is in flight; says whether anything was. What comes back may set off more. */
  async #settled(): Promise<boolean> {
    for (let waited = false; ; waited = true) {
      const { inFlight } = this.#parts.dataflow
      if (inFlight === undefined) return waited
      await inFlight
      this.#throwFailure()
    }
  }

  #throwFailure(): void {
    const failure = this.#context.failure()
    if (failure !== undefined) throw failure
  }

  #checkpointAside(): void {
    this.#context.checkpointDue.begun()
    this.#checkpointing = this.#checkpoint()
      .catch(this.#context.onFailure)
      .finally(() => {
        this.#checkpointing = undefined
        // Another may have been asked for meanwhile.
        this.#context.wake.call()
      })
  }

  async #checkpoint(finished = false): Promise<void> {
    const { clock } = this.#context
    const { coordinator, sinks, requests } = this.#parts
    const startedAt = clock.now()
    const progressed = this.#progressed
    const cut = this.#cut(finished)
    const pauseMs = clock.now() - startedAt
    const staged = await cut
    const { permit, sizeBytes } = await coordinator.complete(staged)
    const at = clock.now()
    for (const source of this.#parts.sources) source.acknowledge()
    for (const sink of sinks) await sink.commit(staged.sinks[sink.name]!.committables, permit)
    await requests.published(staged.requests)
    await coordinator.deleteObsolete()
    const { epoch, generation } = permit
    const durationMs = at - startedAt
    this.#context.onCheckpoint({ epoch, generation, at, durationMs, pauseMs, sizeBytes }, progressed)
  }

  /** Sends the barrier down. The cut is complete when this returns; its promise only waits for what sinks write. */
  #cut(finished: boolean): Promise<Required<Cut>> {
    const { sources, sinks, snapshots, coordinator, requests, restored, input } = this.#parts
    const { done } = requests
    snapshots.clear()
    this.#push({ kind: 'barrier', epoch: coordinator.epoch + 1 })
    input.cut()
    const opened = Object.fromEntries(sources.map((source) => [source.name, source.snapshot()]))
    const positions = restored?.finished ? restored.sources : opened
    const operators = Object.fromEntries(snapshots)
    const staging = sinks.map(async (sink) => [sink.name, await sink.staged()] as const)
    return Promise.all(staging).then((staged) => ({
      sources: positions,
      operators,
      sinks: Object.fromEntries(staged),
      finished,
      requests: done,
    }))
  }

  #watch(source: SourceTask): void {
    const { clock, checkpointEveryMs } = this.#context
    const { sources } = this.#parts
    const facts = { now: clock.now(), sinksFull: this.#sinksFull, checkpointEveryMs, sources }
    for (const split of source.watch(facts)) this.#context.onStalled(split)
  }

  #startTimers(): void {
    const { clock, checkpointEveryMs, checkpointDue, lookForRequests, signal, wake, onFailure } =
      this.#context
    const every = async (ms: number, act: () => void | Promise<void>) => {
      for (;;) {
        await clock.sleep(ms, signal)
        if (signal.aborted) return
        await act()
        wake.call()
      }
    }
    every(checkpointEveryMs, checkpointDue.request).catch(onFailure)
    every(requestsEveryMs, async () => {
      if (await lookForRequests()) checkpointDue.request()
    }).catch(onFailure)
    for (const source of this.#parts.sources) {
      every(source.discoverEveryMs, () => source.discover()).catch(onFailure)
      every(watchEveryMs, () => this.#watch(source)).catch(onFailure)
    }
  }
}
