import type { Sink } from '../../../src/contract/sink.ts'

/** A sink in memory that outlives its writers, and has what was committed, each row once. */
export class KeptSink<T> {
  #rows: T[] = []

  get rows(): readonly T[] {
    return this.#rows
  }

  readonly sink: Sink<T> = {
    description: { kind: 'kept', detail: 'memory', guarantee: 'exactly-once', because: 'rows have numbers' },
    open: async (_context, restored) => {
      let first = restored === undefined ? 0 : Number(Buffer.from(restored.parts[0]!).toString())
      let written: T[] = []
      const committed = this.#rows
      return {
        write: (values) => void written.push(...values),
        ready: () => undefined,
        stage: async () => {
          const rows = written.map((row) => JSON.parse(JSON.stringify(row)))
          const committables = rows.length === 0 ? [] : [{ first, rows }]
          first += rows.length
          written = []
          return { committables, state: { schema: 1, parts: [Buffer.from(String(first))] } }
        },
        commit: async (committables) => {
          for (const { first: from, rows } of committables as unknown as { first: number; rows: T[] }[])
            for (const [index, row] of rows.entries()) committed[from + index] = row
        },
        close: async () => {},
      }
    },
  }
}
