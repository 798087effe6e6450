import type { Committable, Sink } from '../contract/sink.ts'
import type { Life } from './life.ts'

/** Where a sink of a tested job writes to. It outlives the runs of the job. */
export class TestedSink {
  readonly #written: unknown[] = []
  readonly #committed: unknown[] = []
  #requestCheckpoint = () => {}

  /** What was written so far. A crash takes back what no checkpoint has. */
  get rows(): readonly unknown[] {
    return this.#written
  }

  /** What readers see: rows whose checkpoint is complete. */
  get committed(): readonly unknown[] {
    return this.#committed
  }

  readonly requestCheckpoint = (): void => this.#requestCheckpoint()

  /** The sink as one run of the job has it. */
  sinkOf(life: Life): Sink<unknown> {
    return {
      description: {
        kind: 'test',
        detail: 'memory',
        guarantee: 'exactly-once',
        because: 'rows have numbers',
      },
      open: async ({ requestCheckpoint }, restored) => {
        this.#requestCheckpoint = requestCheckpoint
        let first = restored === undefined ? 0 : Number(Buffer.from(restored.parts[0]!).toString())
        this.#written.length = first
        return {
          write: (values) => void this.#written.push(...values),
          ready: () => {
            life.stir()
            return undefined
          },
          stage: async () => {
            const end = this.#written.length
            const committables: Committable[] = end > first ? [{ first, end }] : []
            first = end
            return { committables, state: { schema: 1, parts: [Buffer.from(String(end))] } }
          },
          commit: async (committables) => {
            for (const { first: from, end } of committables as { first: number; end: number }[])
              for (let index = from; index < end; index += 1) this.#committed[index] = this.#written[index]
          },
          close: async () => {},
        }
      },
    }
  }
}
