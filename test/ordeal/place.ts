import type { CheckpointStore } from 'millrace'
import type { OrdealProcess } from './ordeal-process.ts'

/** Where one job keeps its checkpoints and its results, and how that place is made to fail. */
export interface Place {
  /** What its processes are told of it. */
  readonly env: Readonly<Record<string, string>>
  readonly checkpoints: CheckpointStore
  /** The content of all files that a reader of the results sees. */
  results(): Promise<readonly Buffer[]>
  /** From now on there is no room, or room for some of what is about to be written. */
  fill(room: 'for nothing' | 'for some'): Promise<void>
  /** Resolves when a process has met that, rejects if it has ended before. */
  met(process: OrdealProcess): Promise<void>
  /** There is room again. */
  free(): Promise<void>
  /** Answers come late from now on, those of many requests. */
  delay(): Promise<void>
  /** What has gone wrong in the place by itself. */
  happened(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}
