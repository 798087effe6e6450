import type { WindowContent } from './window-content.ts'

/** All records with their times: side by side, since a checkpoint writes two lists faster than many pairs. */
export interface Collected {
  readonly values: unknown[]
  readonly timestamps: number[]
}

export type Project = (key: unknown, window: unknown, records: readonly unknown[]) => Iterable<unknown>

export type Compare = (a: unknown, b: unknown) => number

/** Keeps all records, and gives what a function makes of them in the order of their time. */
export function collectedContent(project: Project, orderBy: Compare | undefined): WindowContent<Collected> {
  return {
    shape: 'records',
    create: () => ({ values: [], timestamps: [] }),
    add: ({ values, timestamps }, value, timestamp) => {
      values.push(value)
      timestamps.push(timestamp)
    },
    merge: (content, other) => {
      for (const value of other.values) content.values.push(value)
      for (const timestamp of other.timestamps) content.timestamps.push(timestamp)
    },
    results: (key, window, content) =>
      project(
        key,
        window,
        inOrder(content, orderBy).map((index) => content.values[index]),
      ),
  }
}

/** The places of the records in the order of their time. */
export function inOrder({ values, timestamps }: Collected, orderBy: Compare = () => 0): number[] {
  return [...values.keys()].sort(
    (a, b) => timestamps[a]! - timestamps[b]! || orderBy(values[a], values[b]) || a - b,
  )
}
