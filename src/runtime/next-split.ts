import { pace } from '../time/alignment.ts'
import type { SourceTask } from './source-task.ts'
import type { SplitTask } from './split-task.ts'

/** A split whose records may be handed over. */
export interface Turn {
  readonly source: SourceTask
  readonly task: SplitTask
}

/**
 * The split whose records are handed over next, of the first source that has one. Operators that see different event
 * times may each hold back another split: when that leaves none to read, one goes on all the same.
 */
export function nextSplit(sources: readonly SourceTask[]): Turn | undefined {
  for (const source of sources) {
    const task = inStep(source, sources)
    if (task !== undefined) return { source, task }
  }
  if (!sources.every((source) => source.allReady)) return undefined
  const source = sources.find((one) => one.ready.length > 0)
  return source && { source, task: source.ready[0]! }
}

/** A split of `source` that is ready and not too far ahead of any other, of whatever source. */
export function inStep(source: SourceTask, sources: readonly SourceTask[]): SplitTask | undefined {
  const { ready } = source
  return ready.length === 0 ? undefined : ready.find(mayHandOver(source, sources))
}

/** Whether event time lets a split of `source` go on. */
export function mayHandOver(
  source: SourceTask,
  sources: readonly SourceTask[],
): (task: SplitTask) => boolean {
  const awaited = sources.flatMap((one) => one.awaited.map(({ name }) => name))
  const mayRead = pace(awaited, source.progress)
  return ({ name }) => mayRead(name)
}
