import type { SplitMetrics } from '../observe/metrics.ts'
import type { SplitTask } from './split-task.ts'

/** The figures of a split that is being read. */
export function splitMetrics(source: string, task: SplitTask, watermark: number | undefined): SplitMetrics {
  const { split, records, bytes, behindMs, firstBehindMs } = task
  return { source, split: split.id, records, bytes, behindMs, firstBehindMs, watermark, state: stateOf(task) }
}

/** What a split is doing. */
export function stateOf(task: SplitTask): SplitMetrics['state'] {
  if (task.idle) return 'idle'
  return task.ready === undefined ? 'reading' : 'paused'
}
