import { randomBytes } from 'node:crypto'
import { CheckpointCoordinator, type SavepointToRestore } from '../checkpoint/coordinator.ts'
import type { Restored } from '../checkpoint/recovery.ts'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Clock, Random } from '../contract/clock.ts'
import type { Batch } from '../contract/element.ts'
import type { Log } from '../contract/log.ts'
import type { InputPositions, SinkContext } from '../contract/sink.ts'
import type { Gap, SourceContext, SourceOverrides, Undecodable } from '../contract/source.ts'
import { millraceError } from '../errors.ts'
import { failedRecords } from '../graph/failed-records.ts'
import type { GraphNode } from '../graph/stream-graph.ts'
import type { SinkTransformation, SourceTransformation, Transformation } from '../graph/transformation.ts'
import { type Job, undecodableOutput } from '../job.ts'
import type { Parts } from './attempt.ts'
import { Dataflow } from './dataflow.ts'
import { InputSoFar } from './input-so-far.ts'
import { aboutState, evolved, stateChanges } from './job-state.ts'
import type { Meter } from './meter.ts'
import { OutsideRequests } from './outside-requests.ts'
import { ProcessingTime } from './processing-time.ts'
import { SinkTask } from './sink-task.ts'
import { SourceTask } from './source-task.ts'

/** What the parts of a run are made with. */
export interface Surroundings {
  readonly store: CheckpointStore
  readonly savepoint: SavepointToRestore | undefined
  readonly dropState: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly overrides: SourceOverrides
  readonly signal: AbortSignal
  readonly mayUseThreads: boolean
  readonly meter: Meter
  readonly onGap: (source: string, gap: Gap) => void
  readonly onReady: () => void
  readonly requestCheckpoint: () => void
  readonly onFailure: (error: unknown) => void
  readonly onClaimed: (claimed: {
    readonly generation: number
    readonly restored: Restored | undefined
    readonly skipped: readonly { readonly epoch: number; readonly reason: string }[]
  }) => void
}

/** What has been opened so far, to be closed whatever happens. */
export type Closers = (() => Promise<void>)[]

/** Closes everything, the last first. A job ends as it ended: what fails here is told to the log alone. */
export async function closeAll(closers: Closers, log: Log): Promise<void> {
  for (const close of closers.reverse()) {
    try {
      await close()
    } catch (error) {
      log.warn('closing failed', { reason: millraceError(error).message })
    }
  }
}

/** Claims a job, restores it, and connects its sources and sinks. Nothing is read yet. */
export async function assemble(job: Job, around: Surroundings, closers: Closers): Promise<Parts> {
  const { store, clock, random, log, signal } = around
  const coordinator = new CheckpointCoordinator(
    job.name,
    store,
    clock,
    newLineage,
    undefined,
    aboutState(job),
  )
  const changesOf = (found: Restored) => stateChanges(job, found, around.dropState)
  const accept = (found: Restored) => void evolved(job, found, changesOf(found))
  const { restored: found, skipped } = await coordinator.claim(accept, around.savepoint)
  const restored = found && evolved(job, found, changesOf(found))
  around.onClaimed({ generation: coordinator.generation, restored, skipped })
  const input = new InputSoFar(positionsOf(restored))
  const about = { lineage: coordinator.lineage, input: () => input.now() }
  const sinks: SinkTask[] = []
  for (const node of nodesOf(job, isSink))
    sinks.push(await openSink(job, node, about, restored, around, closers))
  const snapshots: Parts['snapshots'] = new Map()
  const processingTime = new ProcessingTime(around.clock, around.signal, around.onReady)
  const dataflow = new Dataflow(
    job.graph,
    {
      surroundings: {
        clock,
        random,
        log,
        signal,
        state: job.state,
        mayUseThreads: around.mayUseThreads,
        requestCheckpoint: around.requestCheckpoint,
      },
      restored: restored?.operators ?? {},
      onSnapshot: (id, snapshot) => snapshots.set(id, snapshot),
      count: around.meter.count,
      level: around.meter.level,
      wakeAt: processingTime.wakeAt,
      onFailure: around.onFailure,
      onError: job.onError,
    },
    new Map(sinks.map((sink) => [sink.name, sink.take])),
  )
  await coordinator.reading(() => dataflow.open())
  input.asynchronous = dataflow.asynchronous
  const sources: SourceTask[] = []
  // A job whose input has ended may outlive its input.
  for (const node of restored?.finished ? [] : nodesOf(job, isSource))
    sources.push(await openSource(job, node, dataflow, restored, around, closers))
  for (const source of sources) input.add(source)
  const requests = new OutsideRequests(store, restored?.requests)
  return { dataflow, processingTime, sources, sinks, snapshots, coordinator, restored, requests, input }
}

async function openSink(
  job: Job,
  { transformation: { name, sink } }: GraphNode<SinkTransformation>,
  about: Pick<SinkContext, 'lineage' | 'input'>,
  restored: Restored | undefined,
  around: Surroundings,
  closers: Closers,
): Promise<SinkTask> {
  const { clock, random, log, overrides, meter, requestCheckpoint } = around
  const count: SinkContext['count'] = (counter, by) => meter.count(`${name}.${counter}`, by)
  const { code } = job
  const outside = { clock, random, log, overrides, count, requestCheckpoint }
  const context: SinkContext = { job: job.name, name, code, ...about, ...outside }
  try {
    const writer = await sink.open(context, restored?.sinks[name]?.state)
    const task = new SinkTask(name, writer)
    closers.push(() => task.close())
    return task
  } catch (error) {
    throw millraceError(error).at({ sink: name })
  }
}

async function openSource(
  job: Job,
  { transformation: { name, source, sides } }: GraphNode<SourceTransformation>,
  dataflow: Dataflow,
  restored: Restored | undefined,
  around: Surroundings,
  closers: Closers,
): Promise<SourceTask> {
  const { clock, random, log, overrides, signal, meter, onGap } = around
  const count: SourceContext['count'] = (counter, _split, by) => meter.count(`${name}.${counter}`, by)
  const located = (error: unknown) => millraceError(error).at({ source: name })
  try {
    const entry = restored?.sources[name]
    const enumerator = await source.open(
      {
        ...{ name, job: job.name, clock, random, log, overrides, signal, count },
        positions: entry?.positions ?? {},
        onGap: (gap) => onGap(name, gap),
      },
      entry?.enumerator,
    )
    const task = new SourceTask(name, enumerator, entry, {
      pushBatch: (batch) => dataflow.pushBatch(name, batch),
      // Failed records may come until all others have ended, whatever their source says of itself.
      push: (element) => name !== failedRecords && dataflow.push(name, element),
      pushUndecodable:
        undecodableOutput in sides
          ? (record) => dataflow.pushBatch(name, batchOf(record), undecodableOutput)
          : undefined,
      progress: dataflow.progressOf(name),
      onReady: around.onReady,
      onError: (error) => around.onFailure(located(error)),
    })
    closers.push(() => task.close())
    await task.discover()
    return task
  } catch (error) {
    throw located(error)
  }
}

function batchOf(record: Undecodable): Batch<Undecodable> {
  return { kind: 'batch', split: record.split, values: [record], timestamps: [record.arrivalTime] }
}

function nodesOf<T extends Transformation>(
  job: Job,
  is: (node: GraphNode) => node is GraphNode<T>,
): GraphNode<T>[] {
  return job.graph.nodes.filter(is)
}

function isSource(node: GraphNode): node is GraphNode<SourceTransformation> {
  return node.transformation.kind === 'source'
}

function isSink(node: GraphNode): node is GraphNode<SinkTransformation> {
  return node.transformation.kind === 'sink'
}

function positionsOf(restored: Restored | undefined): InputPositions {
  const sources = Object.entries(restored?.sources ?? {})
  return Object.fromEntries(sources.map(([name, { positions }]) => [name, positions]))
}

function newLineage(): string {
  return randomBytes(5).toString('hex')
}
