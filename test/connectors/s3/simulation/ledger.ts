import type { Sink } from '../../../../src/contract/sink.ts'

/** A destination that outlives processes: rows by their number. Committing is idempotent, and carries its rows. */
export class Ledger<T> {
  readonly #rows: string[] = []

  /** What readers see. */
  get rows(): T[] {
    return this.#rows.map((row) => JSON.parse(row) as T)
  }

  readonly sink: Sink<T> = {
    description: {
      kind: 'ledger',
      detail: 'memory',
      guarantee: 'exactly-once',
      because: 'rows have numbers',
    },
    open: async (_context, restored) => {
      let next = restored === undefined ? 0 : Number(Buffer.from(restored.parts[0]!).toString())
      let rows: string[] = []
      return {
        write: (values) => rows.push(...values.map((value) => JSON.stringify(value))),
        ready: () => undefined,
        stage: async () => {
          const committables = rows.length === 0 ? [] : [{ first: next, rows }]
          next += rows.length
          rows = []
          return { committables, state: { schema: 1, parts: [Buffer.from(String(next))] } }
        },
        commit: async (committables) => {
          for (const { first, rows } of committables as unknown as { first: number; rows: string[] }[])
            rows.forEach((row, index) => {
              this.#rows[first + index] = row
            })
        },
        close: async () => {},
      }
    },
  }
}
