import {
  type DeclaredState,
  decideEvolution,
  type HeldState,
  type StateChange,
} from '../checkpoint/evolution.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { Restored } from '../checkpoint/recovery.ts'
import type { Snapshot } from '../contract/snapshot.ts'
import { systemClock } from '../contract/system.ts'
import { MillraceError } from '../errors.ts'
import { failedRecords } from '../graph/failed-records.ts'
import type { GraphNode } from '../graph/stream-graph.ts'
import type { Job } from '../job.ts'
import { silentLog } from '../observe/silent-log.ts'
import { keyText } from '../state/key.ts'
import { snapshotHeader } from '../state/snapshot-header.ts'
import { Dataflow } from './dataflow.ts'
import { operatorFailure } from './operator-failure.ts'

/** What the checkpoints of a job say of its state, besides the state. */
export function aboutState(job: Job): Pick<Manifest, 'versions' | 'kinds'> {
  const versions = Object.entries(job.evolution).flatMap(([name, { version = 1 }]) =>
    version === 1 ? [] : [[name, version] as const],
  )
  const kinds = job.graph.nodes.flatMap((node) => {
    const kind = connectorOf(node)
    return kind === undefined || node.id === failedRecords ? [] : [[node.id, kind] as const]
  })
  return {
    ...(versions.length > 0 && { versions: Object.fromEntries(versions) }),
    kinds: Object.fromEntries(kinds),
  }
}

/**
 * What becomes of the state of a checkpoint in a job: what a run does, and what a plan shows.
 *
 * @param dropped Names whose state may be lost, besides those that the job names.
 */
export function stateChanges(
  job: Job,
  found: Restored,
  dropped: readonly string[] = [],
): readonly StateChange[] {
  const changes = decideEvolution(heldStates(found), declaredStates(job), [...job.dropState, ...dropped])
  return changes.map((change) => {
    const misfit = change.change === 'kept' ? misfitOfSink(job, found, change) : undefined
    return misfit === undefined
      ? change
      : {
          kind: change.kind,
          name: change.name,
          change: 'incompatible',
          why: `the checkpoint holds ${misfit}`,
        }
  })
}

/** What a sink says of its state before it is opened. */
function misfitOfSink({ graph }: Job, { sinks }: Restored, { kind, name }: StateChange): string | undefined {
  const [held, node] = [sinks[name], graph.nodes.find(({ id }) => id === name)]
  if (kind !== 'sink' || held === undefined || node?.transformation.kind !== 'sink') return undefined
  return node.transformation.sink.misfit?.(held.state)
}

/**
 * The checkpoint as the job takes it: under its names, with its migrations, without what is dropped.
 *
 * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` if anything in it does not fit.
 */
export function evolved(job: Job, found: Restored, changes: readonly StateChange[]): Restored {
  refuseIncompatible(changes)
  const gone = (kind: StateChange['kind']) =>
    new Set(changes.filter((one) => one.kind === kind && one.change === 'dropped').map(({ name }) => name))
  const names = new Map(
    changes.flatMap(({ kind, name, renamedFrom }) => (renamedFrom ? [[`${kind} ${renamedFrom}`, name]] : [])),
  )
  const taken = <T>(kind: StateChange['kind'], entries: Readonly<Record<string, T>>) => {
    const kept = Object.entries(entries).filter(([name]) => !gone(kind).has(name))
    return Object.fromEntries(kept.map(([name, entry]) => [names.get(`${kind} ${name}`) ?? name, entry]))
  }
  const operators: Record<string, Snapshot> = { ...taken('operator', found.operators) }
  for (const { name, versions } of changes) {
    if (versions === undefined) continue
    operators[name] = { ...operators[name]!, migrate: migrationOf(job, name, versions) }
  }
  return { ...found, operators, sources: taken('source', found.sources), sinks: taken('sink', found.sinks) }
}

function refuseIncompatible(changes: readonly StateChange[]): void {
  const wrong = changes.filter(({ change }) => change === 'incompatible')
  if (wrong.length === 0) return
  const reasons = wrong.map(({ kind, name, why }) => `${kind} "${name}": ${why}`)
  throw new MillraceError(
    'CHECKPOINT_INCOMPATIBLE',
    `the checkpoint does not fit the job: ${reasons.join('; ')}`,
    wrong.length === 1 ? { where: { [wrong[0]!.kind]: wrong[0]!.name } } : {},
  )
}

function migrationOf(job: Job, name: string, { from, to }: NonNullable<StateChange['versions']>) {
  const { migrate = {} } = job.evolution[name] ?? {}
  return (value: unknown, key: string | number | bigint): unknown => {
    let migrated = value
    try {
      for (let version = from; version < to; version += 1)
        migrated = checkedMigration(migrate[version]!(migrated as never, key), name, version)
    } catch (error) {
      throw operatorFailure(error, name).at({ key: keyText(key) })
    }
    return migrated
  }
}

/** What would be lost without a word: a value that is not there, or not yet. */
function checkedMigration(given: unknown, name: string, version: number): unknown {
  if (given !== undefined && !(given instanceof Promise)) return given
  if (given instanceof Promise) given.catch(() => {})
  throw new MillraceError(
    'OPERATOR_FAILED',
    `the migration of "${name}" from version ${version} gave ${given === undefined ? 'undefined' : 'a promise'}, not a value`,
  )
}

function heldStates({ sources, operators, sinks, versions, kinds }: Restored): HeldState[] {
  const connector = (kind: 'source' | 'sink', name: string): HeldState => ({
    ...{ kind, name, version: 1 },
    shape: kinds[name],
  })
  return [
    ...Object.keys(sources)
      .filter((name) => name !== failedRecords)
      .map((name) => connector('source', name)),
    // What nobody has named begins anew without harm, as watermarks do.
    ...Object.entries(operators)
      .filter(([name]) => !name.includes('/'))
      .map(([name, snapshot]): HeldState => {
        const { shape } = snapshotHeader(snapshot)
        return { kind: 'operator', name, version: versions[name] ?? 1, shape }
      }),
    ...Object.keys(sinks).map((name) => connector('sink', name)),
  ]
}

function declaredStates(job: Job): DeclaredState[] {
  const shapes = shapesOf(job)
  return job.graph.nodes.flatMap((node): DeclaredState[] => {
    const { id, transformation } = node
    const { kind } = transformation
    if (kind === 'partition' || kind === 'union' || id === failedRecords) return []
    if (kind === 'operator' && !shapes.has(id)) return []
    const { version = 1, migrate = {}, renamedFrom } = job.evolution[id] ?? {}
    const shape = kind === 'operator' ? shapes.get(id) : connectorOf(node)
    const migratesFrom = Object.keys(migrate).map(Number)
    return [{ kind, name: id, version, shape, renamedFrom, migratesFrom }]
  })
}

/** The shapes of the state of named operators, as they tell them at a barrier. Opens nothing, and runs no record. */
function shapesOf(job: Job): ReadonlyMap<string, string | undefined> {
  const shapes = new Map<string, string | undefined>()
  const sinks = job.graph.nodes.filter(({ transformation }) => transformation.kind === 'sink')
  const { signal } = new AbortController()
  const dataflow = new Dataflow(
    job.graph,
    {
      surroundings: { clock: systemClock, random: () => 0, log: silentLog, signal },
      restored: {},
      onSnapshot: (id, snapshot) => {
        if (!id.includes('/')) shapes.set(id, snapshotHeader(snapshot).shape)
      },
      count: () => {},
      level: () => {},
      wakeAt: () => {},
      onFailure: () => {},
      onError: job.onError,
    },
    new Map(sinks.map(({ id }) => [id, () => {}])),
  )
  for (const { id, transformation } of job.graph.nodes)
    if (transformation.kind === 'source') dataflow.push(id, { kind: 'barrier', epoch: 0 })
  return shapes
}

function connectorOf({ transformation }: GraphNode): string | undefined {
  if (transformation.kind === 'source') return transformation.source.description.kind
  return transformation.kind === 'sink' ? transformation.sink.description.kind : undefined
}
