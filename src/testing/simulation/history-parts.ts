import type { Job } from '../../job.ts'
import type { Fault } from './fault.ts'
import type { Missable, Retention } from './retention.ts'
import type { SimulatedInput } from './simulated-input.ts'

/** Makes the source that reads a simulated stream. */
export type StreamSource = typeof import('../../../connectors/kinesis/index.ts').kinesisSource

/** What a history is made of. */
export interface HistoryParts {
  readonly job: Job
  readonly inputs: Readonly<Record<string, readonly SimulatedInput[]>>
  readonly seed: number
  readonly faults: readonly Fault[]
  /** How often a row may be seen in a sink. */
  readonly allowed: (sink: string, row: string) => number
  readonly kinesisSource: StreamSource
  /** Whether producers put several records in one. */
  readonly aggregated: boolean
  readonly retention?: Retention | undefined
}

/** What became of it. */
export interface Outcome {
  readonly rows: Readonly<Record<string, readonly unknown[]>>
  /** What happened, a line for each deed. */
  readonly trace: readonly string[]
  readonly steps: number
  /** What must never happen and did. */
  readonly broken: Error | undefined
  /** Whether the job has ended for good because records may have expired unread. */
  readonly stopped: boolean
  readonly missable: Missable
}
