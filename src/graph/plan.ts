import { restartText } from '../contract/restart-strategy.ts'
import type { Job } from '../job.ts'
import { type JobGuarantee, jobGuarantee } from './guarantee.ts'
import type { GraphEdge, GraphNode } from './stream-graph.ts'
import { mainOutput, type Transformation } from './transformation.ts'

/** What a job would do, as facts. Text, diagram and JSON are made of it. */
export interface Plan {
  readonly job: string
  readonly checkpoint: { readonly everyMs: number; readonly store: string }
  /** When the job starts again after a failure that may pass. */
  readonly restart: string
  /** Every step stands after the steps that it reads. */
  readonly steps: readonly PlanStep[]
  readonly guarantee: JobGuarantee
}

/** A transformation as a plan shows it. */
export interface PlanStep {
  /** The user's name, or one made of the nearest name upstream, the verb and a number. */
  readonly id: string
  readonly kind: Transformation['kind']
  /** The word of the DSL, such as `map`. */
  readonly verb: string
  readonly detail: string
  /** What checkpoints keep under the step's id; `undefined` if nothing. */
  readonly keeps: string | undefined
  readonly inputs: readonly PlanInput[]
}

/** What a step reads. */
export interface PlanInput {
  readonly from: string
  /** The side output; `undefined` for the main one. */
  readonly output: string | undefined
}

/** The plan of a job. Opens nothing. */
export function planOf(job: Job): Plan {
  return {
    job: job.name,
    checkpoint: {
      everyMs: job.checkpoint.everyMs,
      store: job.checkpoint.store?.description ?? `folder .millrace/${job.name}`,
    },
    restart: restartText(job.restart),
    steps: job.graph.nodes.map(planStep),
    guarantee: jobGuarantee(job.graph),
  }
}

function planStep({ id, transformation, inputs }: GraphNode): PlanStep {
  return { id, kind: transformation.kind, ...facts(transformation), inputs: inputs.map(planInput) }
}

function planInput({ from, output }: GraphEdge): PlanInput {
  return { from, output: output === mainOutput ? undefined : output }
}

function facts(transformation: Transformation): Pick<PlanStep, 'verb' | 'detail' | 'keeps'> {
  switch (transformation.kind) {
    case 'source': {
      const { kind, detail } = transformation.source.description
      return { verb: 'from', detail: `${kind}, ${detail}`, keeps: 'positions' }
    }
    case 'operator': {
      const { verb, detail, name } = transformation
      return { verb, detail, keeps: name === undefined ? undefined : 'state' }
    }
    case 'partition':
      return { verb: 'keyBy', detail: transformation.detail, keeps: undefined }
    case 'union':
      return { verb: 'union', detail: '', keeps: undefined }
    case 'sink': {
      const { kind, detail } = transformation.sink.description
      return { verb: 'sinkTo', detail: `${kind}, ${detail}`, keeps: 'deliveries' }
    }
  }
}
