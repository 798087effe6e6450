import type { CheckpointStore } from './contract/checkpoint-store.ts'
import type { FailedRecord } from './contract/failed-record.ts'
import { exponentialDelay, isRestartStrategy, type RestartStrategy } from './contract/restart-strategy.ts'
import type { Source, Undecodable } from './contract/source.ts'
import { memoryState, type StateBackend } from './contract/state-backend.ts'
import type { StateEvolution } from './contract/state-evolution.ts'
import { MillraceError } from './errors.ts'
import { failedRecords, failedRecordsSource } from './graph/failed-records.ts'
import { givenDuration } from './graph/given-duration.ts'
import { givenFunction } from './graph/given-function.ts'
import { givenText } from './graph/given-text.ts'
import { type StreamGraph, streamGraph } from './graph/stream-graph.ts'
import type { Sides, SourceTransformation } from './graph/transformation.ts'
import { type SinkHandle, type Step, type Stream, streamAt, streamFrom } from './stream.ts'
import type { Duration } from './units.ts'

/** A job: a frozen value that plans, diagrams, tests and the runtime read. */
export interface Job {
  readonly name: string
  readonly graph: StreamGraph
  readonly checkpoint: { readonly everyMs: number; readonly store: CheckpointStore | undefined }
  /** Where keyed state lies while the job runs. */
  readonly state: StateBackend
  /** What a record leads to that a function of the job fails on. */
  readonly onError: 'fail' | 'skip' | 'keep'
  /** When it starts again after a failure that may pass. */
  readonly restart: RestartStrategy
  /** How its state has changed, by name. */
  readonly evolution: Readonly<Record<string, StateEvolution>>
  /** Names whose state in a checkpoint may be lost. */
  readonly dropState: readonly string[]
  /** Names the code of the job in what its sinks write. */
  readonly code?: string | undefined
}

/** What a job says about its runs. */
export interface JobOptions {
  readonly checkpoint?: {
    /** The time between checkpoints. Default `'10s'`. */
    readonly every?: Duration
    /** Where checkpoints live. Default: the folder `.millrace/<job name>` of the working directory. */
    readonly store?: CheckpointStore
  }
  /** Where keyed state lies while the job runs: {@link memoryState} or {@link diskState}. Default `memoryState()`. */
  readonly state?: StateBackend
  /**
   * What happens when a function of the job throws for a record, or gives what it must not. `'fail'` (default) ends the
   * job. `'skip'` goes on without the record and counts it as `<operator>.failed`. Steps that end in a sink take such
   * records, and the job goes on too. State is then as it was before the record, and nothing that the function emitted
   * for it goes further. Of a row that a sink cannot write, the row alone is left out.
   */
  readonly onError?: 'fail' | 'skip' | Step<Stream<FailedRecord>, SinkHandle>
  /**
   * Names the code of the job in the ledgers and files of its sinks, such as a commit. Default: `millrace run` takes the
   * SHA-256 of the job file and of the files that it imports by relative paths; other runs take nothing.
   */
  readonly code?: string
  /**
   * When the job starts again after a failure that may pass, such as a service that does not answer: what
   * `exponentialDelay`, `fixedDelay`, `failureRate` or `noRestart` gives. Default `exponentialDelay()`.
   */
  readonly restart?: RestartStrategy
  /**
   * How the job's state has changed since checkpoints that it may have to go on from, by the names of sources, stateful
   * operators and sinks; `docs/evolution.md` has examples. Default: everything has version 1 and the name it always had.
   */
  readonly evolution?: Readonly<Record<string, StateEvolution>>
  /**
   * Names that are gone from the job, and whose state in a checkpoint may be lost. Without it a checkpoint that holds
   * such state stops the start with `CHECKPOINT_INCOMPATIBLE`. Default: none.
   */
  readonly dropState?: readonly string[]
}

/** What a job says about one of its sources. */
export interface FromOptions {
  /**
   * Where records go that the source's codec refuses: any steps that end in a sink. Without it such a record stops the
   * job with `RECORD_UNDECODABLE`.
   */
  readonly undecodable?: Step<Stream<Undecodable>, SinkHandle>
}

/** What a job is built with. */
export interface JobBuilder {
  /** The stream of a source. `name` keeps the source's positions in checkpoints: a checkpoint that has another name is refused. */
  from<T>(name: string, source: Source<T>, options?: FromOptions): Stream<T>
}

/**
 * Describes a job. Nothing is opened until it is run.
 *
 * @param name Names the job in checkpoints, files and messages: 1 to 64 letters, digits, `-` and `_`.
 * @param build Called once, at once; gives every sink of the job.
 * @throws MillraceError `JOB_INVALID` or `NAME_DUPLICATE` if names are malformed or taken, or there is no sink.
 * @example
 * job('words', ({ from }) =>
 *   from('words', listSource<string>({})).pipe(
 *     map((word) => word.length),
 *     sinkTo('lengths', collectSink()),
 *   ),
 * ).name // 'words'
 */
export function job(
  name: string,
  build: (builder: JobBuilder) => SinkHandle | readonly SinkHandle[],
  options: JobOptions = {},
): Job {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) {
    throw new MillraceError(
      'JOB_INVALID',
      `the job's name ${JSON.stringify(name)} is not made of 1 to 64 letters, digits, "-" and "_"`,
    )
  }
  const { onError = 'fail' } = options
  if (typeof onError !== 'function' && onError !== 'fail' && onError !== 'skip')
    throw new MillraceError('JOB_INVALID', `onError is ${String(onError)}: it is 'fail', 'skip' or steps`)
  const handles = [build({ from })].flat() as SinkHandle[]
  if (handles.length === 0 || handles.some((handle) => handle?.sink === undefined)) {
    throw new MillraceError('JOB_INVALID', 'a job ends in sinks: return what sinkTo(…) gives', {
      where: { job: name },
    })
  }
  const { restart = exponentialDelay() } = options
  if (!isRestartStrategy(restart))
    throw new MillraceError(
      'JOB_INVALID',
      `restart is ${givenText(restart)}: it is what exponentialDelay(), fixedDelay(), failureRate() or noRestart() gives`,
    )
  const { every = '10s', store } = options.checkpoint ?? {}
  const kept = typeof onError === 'function' ? [onError(from(failedRecords, failedRecordsSource))] : []
  const graph = streamGraph([...handles, ...kept].map((handle) => handle.sink))
  const { evolution = {}, dropState = [], state = memoryState(), code } = options
  checkEvolution(name, graph, evolution)
  return Object.freeze({
    name,
    graph,
    checkpoint: { everyMs: intervalMs(every), store },
    state,
    onError: typeof onError === 'function' ? 'keep' : onError,
    restart,
    evolution,
    dropState,
    ...(code !== undefined && { code }),
  })
}

function from<T>(name: string, source: Source<T>, options: FromOptions = {}): Stream<T> {
  const { undecodable } = options
  if (typeof source?.open !== 'function')
    throw new MillraceError(
      'JOB_INVALID',
      `from(…) of "${name}" got no source, such as kinesisSource(…) gives`,
    )
  if (undecodable !== undefined) givenFunction(undecodable, 'from', 'undecodable')
  const sides: Sides =
    undecodable === undefined
      ? {}
      : { [undecodableOutput]: (outlet) => undecodable(streamAt<Undecodable>(outlet)).sink }
  const transformation: SourceTransformation = { kind: 'source', name, source, sides }
  return streamFrom<T>(Object.freeze(transformation))
}

function checkEvolution(
  name: string,
  graph: StreamGraph,
  evolution: Readonly<Record<string, StateEvolution>>,
): void {
  const named = new Map(graph.nodes.filter(({ id }) => !id.includes('/')).map((node) => [node.id, node]))
  for (const [id, { version = 1, migrate = {}, renamedFrom }] of Object.entries(evolution)) {
    const kind = named.get(id)?.transformation.kind
    const wrong = (happened: string) => new MillraceError('JOB_INVALID', happened, { where: { job: name } })
    if (kind === undefined) throw wrong(`\`evolution\` speaks of "${id}", which the job does not have`)
    if (!Number.isSafeInteger(version) || version < 1)
      throw wrong(`the version of the state of "${id}" is ${version}, not a whole number from 1`)
    if (kind !== 'operator' && version !== 1)
      throw wrong(`the ${kind} "${id}" has a version: only the state of operators has`)
    if (kind === 'sink' && renamedFrom !== undefined)
      throw wrong(`the sink "${id}" is renamed: its name is part of what it has written`)
    for (const [from, each] of Object.entries(migrate))
      givenFunction(each, 'job', `the migration of "${id}" from version ${from}`)
    const later = Object.keys(migrate).find((from) => !(Number(from) >= 1 && Number(from) < version))
    if (later !== undefined)
      throw wrong(`the state of "${id}" has version ${version}, and a migration from version ${later}`)
    if (renamedFrom === undefined || renamedFrom === id) continue
    // A state that two would take would be counted twice from then on.
    const isRival = (name: string) => name !== id && named.get(name)?.transformation.kind === kind
    if (isRival(renamedFrom)) throw wrong(`"${id}" is renamed from "${renamedFrom}", which the job still has`)
    const rival = Object.keys(evolution).find(
      (name) => isRival(name) && evolution[name]!.renamedFrom === renamedFrom,
    )
    if (rival !== undefined) throw wrong(`"${id}" and "${rival}" are both renamed from "${renamedFrom}"`)
  }
}

/** The side output of a source for records that did not decode. */
export const undecodableOutput = 'undecodable'

function intervalMs(every: Duration): number {
  const ms = givenDuration(every, 'checkpoint.every')
  if (ms <= 0) throw new MillraceError('JOB_INVALID', 'checkpoint.every must be more than 0')
  return ms
}
