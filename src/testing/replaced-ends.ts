import type { Sink } from '../contract/sink.ts'
import type { Source } from '../contract/source.ts'
import { MillraceError } from '../errors.ts'
import { failedRecords } from '../graph/failed-records.ts'
import type { GraphNode } from '../graph/stream-graph.ts'
import type { Job } from '../job.ts'

/** What takes the place of the sources and sinks of a job, each by its name. */
export interface Ends {
  readonly sourceOf: (name: string) => Source<unknown>
  readonly sinkOf: (name: string) => Sink<unknown>
  /** Instead of the job's own. */
  readonly checkpointEveryMs?: number
}

/** The same job, with other sources and sinks. */
export function withEnds(job: Job, { sourceOf, sinkOf, checkpointEveryMs }: Ends): Job {
  const replaced = (node: GraphNode): GraphNode => {
    const { transformation } = node
    if (transformation.kind === 'source' && transformation.name !== failedRecords)
      return { ...node, transformation: { ...transformation, source: sourceOf(transformation.name) } }
    if (transformation.kind === 'sink')
      return { ...node, transformation: { ...transformation, sink: sinkOf(transformation.name) } }
    return node
  }
  return {
    ...job,
    graph: { nodes: job.graph.nodes.map(replaced) },
    checkpoint: { store: undefined, everyMs: checkpointEveryMs ?? job.checkpoint.everyMs },
  }
}

/** The names of the job's own sources. */
export function sourceNames(job: Job): readonly string[] {
  return namesOf(job, 'source').filter((name) => name !== failedRecords)
}

/** The names of the job's sinks. */
export function sinkNames(job: Job): readonly string[] {
  return namesOf(job, 'sink')
}

/**
 * Sees to it that a test names sources that the job has.
 *
 * @throws MillraceError `OPTION_INVALID` for one that it does not have.
 */
export function assertSources(job: Job, named: readonly string[]): void {
  const known = sourceNames(job)
  const unknown = named.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const there = known.map((name) => `"${name}"`).join(', ')
  throw new MillraceError('OPTION_INVALID', `the job has no source "${unknown}", but ${there}`, {
    where: { job: job.name },
  })
}

function namesOf(job: Job, kind: 'source' | 'sink'): readonly string[] {
  return job.graph.nodes.filter(({ transformation }) => transformation.kind === kind).map(({ id }) => id)
}
