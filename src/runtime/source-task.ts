import type { SourceEntry } from '../checkpoint/manifest.ts'
import type { Batch, SplitMark, Watermark } from '../contract/element.ts'
import type { SplitProgress } from '../contract/operator.ts'
import type {
  Admitted,
  Fetched,
  RefusedByCodec,
  Split,
  SplitEnumerator,
  Undecodable,
} from '../contract/source.ts'
import { MillraceError, millraceError, type Where } from '../errors.ts'
import { failedFunction } from '../observe/failed-function.ts'
import type { SplitMetrics } from '../observe/metrics.ts'
import { beginningOfTime, endOfTime } from '../time/end-of-time.ts'
import { SplitWatermarks } from '../time/split-watermarks.ts'
import { HandedOver } from './handed-over.ts'
import { inStep, mayHandOver } from './next-split.ts'
import { splitMetrics, stateOf } from './split-metrics.ts'
import { SplitTask } from './split-task.ts'
import type { SplitProgressFacts, Stall } from './stall.ts'
import { Watchdog } from './watchdog.ts'

/** What the splits of a source may hold together before it is handed over. */
const bytesAheadOfAll = 256 * 2 ** 20

/** How long what was fetched may wait to be handed over, and what was handed over for a checkpoint. */
const stalledAfterMs = 300_000

/** What is known of a run when it is watched. */
export interface WatchFacts {
  readonly now: number
  /** Nothing may be handed over at the moment. */
  readonly sinksFull: boolean
  readonly checkpointEveryMs: number
  /** All of the job: their splits are read at one pace. */
  readonly sources: readonly SourceTask[]
}

/** A split that makes no progress. */
export interface StalledSplit extends Stall {
  readonly source: string
  readonly split: string
  readonly position: string | undefined
  readonly state: SplitMetrics['state']
  readonly readerReplaced: boolean
}

/** What a source task needs of the run around it. */
export interface SourceTaskContext {
  /** Runs records through the dataflow. */
  readonly pushBatch: (batch: Batch<unknown>) => void
  /** Runs anything else through the dataflow. */
  readonly push: (element: SplitMark | Watermark) => void
  /** Runs an undecodable record through its output; `undefined` if the job names none. */
  readonly pushUndecodable: ((record: Undecodable) => void) | undefined
  readonly progress: readonly SplitProgress[]
  readonly onReady: () => void
  readonly onError: (error: unknown) => void
}

/** Hands the records of one source to the dataflow: split by split, parents before children, at one pace. */
export class SourceTask {
  readonly name: string
  readonly #enumerator: SplitEnumerator<unknown>
  readonly #context: SourceTaskContext
  /** Positions in the checkpoint of splits that are not opened yet. */
  readonly #restored: Map<string, string>
  readonly #splits = new Map<string, SplitTask>()
  /** Splits that were read to their end, with those of their children that are not opened yet. */
  readonly #awaiting: Map<string, readonly string[]>
  /** Arrival times make the watermark until the job says otherwise. They hardly go back within a split. */
  readonly #arrival = new SplitWatermarks(1000, 1000)
  #arrivalWatermark = beginningOfTime
  readonly #watchdog = new Watchdog()
  #toldEnd = false
  readonly handedOver = new HandedOver(() => this.#positions())
  #recordsOfFinished = 0
  #bytesOfFinished = 0

  constructor(
    name: string,
    enumerator: SplitEnumerator<unknown>,
    restored: SourceEntry | undefined,
    context: SourceTaskContext,
  ) {
    this.name = name
    this.#enumerator = enumerator
    this.#restored = new Map(Object.entries(restored?.positions ?? {}))
    this.#awaiting = new Map(Object.entries(restored?.awaiting ?? {}))
    this.#context = context
    // Until their children are opened, they hold watermarks back as they did before the restart.
    for (const split of this.#awaiting.keys()) this.#mark(split, 'opened')
  }

  /**
   * Opens the splits that have become readable. A split that has ended counts in watermarks until all its children are
   * opened, so that event time cannot run past what the children will bring. One that is gone brings nothing.
   */
  openReadable(): void {
    for (const split of this.#enumerator.takeReadable()) this.#open(split)
    for (const [parent, children] of this.#awaiting) {
      const closed = children.filter((child) => !this.#splits.has(child) && !this.#enumerator.gone?.(child))
      if (closed.length === 0 || this.#enumerator.exhausted) {
        this.#awaiting.delete(parent)
        this.#mark(parent, 'closed')
      } else this.#awaiting.set(parent, closed)
    }
    this.#tellEnd()
  }

  /** How far event time has come in each split, as operators see it. */
  get progress(): readonly SplitProgress[] {
    return this.#context.progress
  }

  /** Splits whose records may be handed over now. */
  get ready(): readonly SplitTask[] {
    return [...this.#splits.values()].filter((task) => task.ready !== undefined)
  }

  /**
   * Splits that others must not run away from. A quiet one has nothing to catch up with: waiting for it would last until
   * something arrives in it.
   */
  get awaited(): readonly SplitTask[] {
    return [...this.#splits.values()].filter((task) => !task.idle)
  }

  /** Whether nothing is being fetched that could change what {@link ready} gives. */
  get allReady(): boolean {
    return this.ready.length === this.#splits.size
  }

  /**
   * Fetches ahead, as much as the budget allows; in any case what a reader has taken in already, and something if there
   * is nothing to hand over.
   *
   * @param sources All of the job: their splits are read at one pace.
   */
  prefetch(sources: readonly SourceTask[] = [this]): void {
    const { onReady, onError } = this.#context
    const tasks = [...this.#splits.values()]
    let ahead = total(tasks.map((task) => task.bytesAhead))
    let stuck = inStep(this, sources) === undefined && !tasks.some((task) => task.fetching)
    for (const task of tasks) {
      const toCome = task.bytesToCome
      if (!task.drained || (toCome > 0 && ahead + toCome > bytesAheadOfAll && !stuck)) continue
      ahead += toCome
      stuck = false
      task.prefetch(onReady, onError)
    }
  }

  /**
   * Hands over what a split has fetched.
   *
   * @throws MillraceError What fails on the way, or `RECORD_UNDECODABLE`.
   */
  handOver(task: SplitTask): void {
    // The last one goes to the back of the line, so that every split gets its turn.
    this.#splits.delete(task.split.id)
    this.#splits.set(task.split.id, task)
    this.handedOver.begin({ split: task.split.id, after: task.position?.after })
    const fetched = task.take()
    const admitted = this.#admitted(fetched)
    for (const record of admitted.undecodable) this.#onUndecodable(record)
    if (admitted.values.length > 0) this.#pushBatch(task, admitted)
    else if (task.idle)
      this.#tell({ kind: 'split', split: task.name, state: 'idle', serverTime: fetched.serverTime })
    this.#advanceArrivalWatermark()
    this.handedOver.done()
    if (fetched.finished) this.#finish(task)
  }

  /** Every split was found at its end at least once, and none is still to be opened. */
  get caughtUp(): boolean {
    if (this.ended) return true
    if (this.#splits.size === 0 || this.#awaiting.size > 0) return false
    return [...this.#splits.values()].every((task) => task.caughtUp)
  }

  /** Everything was read and handed over, and nothing will come. */
  get ended(): boolean {
    return this.#enumerator.exhausted && this.#splits.size === 0
  }

  /** Looks whether every split makes progress, and replaces the reader of one that does not. */
  watch(look: WatchFacts): readonly StalledSplit[] {
    const limits = {
      fetched: this.#enumerator.fetchWithinMs ?? Number.POSITIVE_INFINITY,
      emitted: stalledAfterMs,
      acknowledged: stalledAfterMs + 2 * look.checkpointEveryMs,
    }
    const stalls = this.#watchdog.look(this.#progressFacts(look), limits, look.now)
    return [...stalls].map(([id, stall]) => this.#onStall(this.#splits.get(id)!, stall))
  }

  /** The checkpoint of the last {@link snapshot} is published. */
  acknowledge(): void {
    for (const task of this.#splits.values()) task.acknowledge()
  }

  snapshot(): SourceEntry {
    for (const task of this.#splits.values()) task.cut()
    this.handedOver.cut()
    return {
      enumerator: this.#enumerator.snapshot(),
      positions: this.#positions(),
      awaiting: Object.fromEntries(this.#awaiting),
    }
  }

  /** Of the splits that were begun and are not finished. */
  #positions(): Record<string, string> {
    const positions: Record<string, string> = Object.fromEntries(this.#restored)
    for (const [id, { position }] of this.#splits) {
      if (position !== undefined) positions[id] = position.after
    }
    return positions
  }

  metrics(): { readonly records: number; readonly bytes: number; readonly splits: readonly SplitMetrics[] } {
    const splits = [...this.#splits.values()].map((task) =>
      splitMetrics(this.name, task, this.#watermarkOf(task.name)),
    )
    return {
      records: this.#recordsOfFinished + total(splits.map((split) => split.records)),
      bytes: this.#bytesOfFinished + total(splits.map((split) => split.bytes)),
      splits,
    }
  }

  async discover(): Promise<void> {
    try {
      await this.#enumerator.discover()
    } catch (error) {
      throw millraceError(error).at({ source: this.name })
    }
  }

  get discoverEveryMs(): number {
    return this.#enumerator.discoverEveryMs
  }

  async close(): Promise<void> {
    for (const task of this.#splits.values()) task.close()
    await this.#enumerator.close()
  }

  #progressFacts({ sinksFull, sources }: WatchFacts): ReadonlyMap<string, SplitProgressFacts> {
    const tasks = [...this.#splits.values()]
    const may = mayHandOver(this, sources)
    const ahead = total(tasks.map((task) => task.bytesAhead))
    const heldBy = (task: SplitTask) => {
      if (sinksFull) return 'sinks'
      if (task.ready !== undefined) return may(task) ? undefined : 'event time'
      if (task.fetching) return task.readerHeldBy
      return ahead + task.bytesToCome > bytesAheadOfAll ? 'bytes ahead' : undefined
    }
    return new Map(
      tasks.map((task) => {
        const { split, counts, ready } = task
        return [split.id, { counts: { ...counts }, ready: ready !== undefined, heldBy: heldBy(task) }]
      }),
    )
  }

  #onStall(task: SplitTask, stall: Stall): StalledSplit {
    const { split, position } = task
    const state = stateOf(task)
    // Another reader brings no checkpoint about.
    const readerReplaced = stall.clock !== 'acknowledged'
    if (readerReplaced)
      task.replaceReader(this.#enumerator.read(split, position && { after: position.after }))
    return { source: this.name, split: split.id, position: position?.after, state, readerReplaced, ...stall }
  }

  #open(split: Split): void {
    const after = this.#restored.get(split.id)
    this.#restored.delete(split.id)
    const position = after === undefined ? undefined : { after }
    const reader = this.#enumerator.read(split, position)
    this.#splits.set(split.id, new SplitTask(split, this.#nameOf(split.id), position, reader))
    this.#mark(split.id, 'opened')
  }

  #finish(task: SplitTask): void {
    const { id } = task.split
    this.#recordsOfFinished += task.records
    this.#bytesOfFinished += task.bytes
    this.handedOver.end(id, task.position?.after)
    task.close()
    this.#splits.delete(id)
    this.#awaiting.set(id, this.#enumerator.finished(id))
    this.openReadable()
  }

  /** The name of a split among those of all sources. */
  #nameOf(splitId: string): string {
    return `${this.name}/${splitId}`
  }

  #mark(splitId: string, state: 'opened' | 'closed'): void {
    this.#tell({ kind: 'split', split: this.#nameOf(splitId), state })
  }

  #tell(mark: SplitMark): void {
    this.#arrival.mark(mark)
    this.#context.push(mark)
  }

  /** Other sources may go on, and must not wait for this one. */
  #tellEnd(): void {
    if (!this.ended || this.#awaiting.size > 0 || this.#toldEnd) return
    this.#toldEnd = true
    this.#context.push({ kind: 'watermark', timestamp: endOfTime })
  }

  #admitted(fetched: Fetched<unknown>): Admitted<unknown> {
    try {
      return fetched.admit?.() ?? fetched
    } catch (error) {
      throw millraceError(error).at({ source: this.name })
    }
  }

  #pushBatch({ split: { id }, name }: SplitTask, admitted: Admitted<unknown>): void {
    const whereIs = (index: number) => this.#where(id, admitted.positionOf(index))
    this.#context.pushBatch({
      kind: 'batch',
      split: name,
      values: admitted.values,
      timestamps: admitted.arrivalTimes,
      whereIs,
    })
    this.#arrival.observe(name, admitted.arrivalTimes.at(-1)!)
  }

  #advanceArrivalWatermark(): void {
    const watermark = this.#arrival.current()
    if (watermark === this.#arrivalWatermark) return
    this.#arrivalWatermark = watermark
    this.#context.push({ kind: 'watermark', timestamp: watermark })
  }

  #onUndecodable({ cause, ...record }: RefusedByCodec): void {
    if (this.#context.pushUndecodable === undefined) {
      const place = failedFunction(cause)
      const where = this.#where(record.split, record.position)
      throw new MillraceError('RECORD_UNDECODABLE', record.reason, {
        where: { ...where, ...(place !== undefined && { function: place }) },
        ...(cause !== undefined && { cause }),
      })
    }
    this.#context.pushUndecodable(record)
  }

  #where(shard: string, sequenceNumber: string): Where {
    return { source: this.name, shard, sequenceNumber }
  }

  #watermarkOf(split: string): number | undefined {
    const [first] = this.#context.progress
    return (first ?? this.#arrival).watermarkOf(split)
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
