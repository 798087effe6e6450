import type { Committable, Sink, SinkWriter } from '../contract/sink.ts'
import type { Snapshot } from '../contract/snapshot.ts'

/** A sink that keeps in memory what was committed, for tests. */
export interface CollectSink<T> extends Sink<T> {
  /** The committed rows, in their order. */
  readonly rows: readonly T[]
}

/** A sink for tests: exactly once, and it shows only what a checkpoint has committed. */
export function collectSink<T>(): CollectSink<T> {
  const staged: T[] = []
  const rows: T[] = []
  return {
    rows,
    description: {
      kind: 'collect',
      detail: 'memory',
      guarantee: 'exactly-once',
      because: 'rows have numbers',
    },
    open: async (_context, restored) => writer(staged, rows, restored === undefined ? 0 : numberIn(restored)),
  }
}

/** The number of the next row is all the state there is. */
function writer<T>(staged: T[], rows: T[], restoredNext: number): SinkWriter<T> {
  let next = restoredNext
  let first = restoredNext
  return {
    write: (values) => {
      for (const value of values) {
        staged[next] = value
        next += 1
      }
    },
    ready: () => undefined,
    stage: async () => {
      const committables: Committable[] = next > first ? [{ first, end: next }] : []
      first = next
      return { committables, state: { schema: 1, parts: [Buffer.from(String(next))] } }
    },
    commit: async (committables) => {
      for (const { first: from, end } of committables as { first: number; end: number }[]) {
        for (let index = from; index < end; index += 1) rows[index] = staged[index]!
      }
    },
    close: async () => {},
  }
}

function numberIn(snapshot: Snapshot): number {
  return Number(Buffer.from(snapshot.parts[0]!).toString())
}
