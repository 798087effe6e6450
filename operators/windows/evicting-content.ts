import type { Key } from '../../src/state/key.ts'
import { type Collected, type Compare, collectedContent, inOrder, type Project } from './collected-content.ts'
import type { Evicted, Evictor, WindowRecord } from './evictor.ts'
import type { WindowContent } from './window-content.ts'

type Records = readonly WindowRecord<unknown>[]

/** Keeps all records that are not taken out, and gives what a function makes of them in the order of their time. */
export function evictingContent(
  project: Project,
  orderBy: Compare | undefined,
  { before, after }: Evictor<unknown>,
): WindowContent<Collected> {
  return {
    ...collectedContent(project, orderBy),
    isEmpty: ({ values }) => values.length === 0,
    *results(key, window, content) {
      const of: Evicted = { key: key as Key, window }
      const all = inOrder(content, orderBy).map(
        (index): WindowRecord<unknown> => ({
          value: content.values[index],
          timestamp: content.timestamps[index]!,
        }),
      )
      const shown = before?.(all, of) ?? all
      yield* project(
        key,
        window,
        shown.map(({ value }) => value),
      )
      keep(content, after?.(shown, of) ?? shown)
    },
  }
}

function keep({ values, timestamps }: Collected, records: Records): void {
  values.length = 0
  timestamps.length = 0
  for (const { value, timestamp } of records) {
    values.push(value)
    timestamps.push(timestamp)
  }
}
