import type { Delivery, RequestBatch, RequestDestination } from '../../../src/contract/request-destination.ts'

/** What a destination was sent. */
export interface Sent {
  readonly id: string
  readonly ids: readonly string[]
  readonly rows: readonly string[]
}

/** A destination of texts in this process, that does what a test says. */
export class ScriptedDestination {
  readonly sent: Sent[] = []
  /** What becomes of a request. */
  answer: (batch: RequestBatch) => Promise<Delivery> | Delivery = () => ({ refused: [], again: [] })
  closed = false
  secrets: readonly string[] = []

  to(changes: Partial<RequestDestination<string>> = {}): RequestDestination<string> {
    const scripted = this
    return {
      kind: 'requests',
      description: {
        kind: 'scripted',
        detail: 'memory',
        guarantee: 'at-least-once',
        because: 'it is a test',
      },
      limits: { records: 4, bytes: 1000, recordBytes: 100 },
      buffer: { size: '1KiB', interval: '60s' },
      atOnce: 1,
      encode: (row) => ({ data: Buffer.from(row) }),
      open: async () => ({
        get secrets() {
          return scripted.secrets
        },
        send: async (batch) => {
          const { id, records } = batch
          const rows = records.map(({ data }) => Buffer.from(data).toString())
          this.sent.push({ id, ids: records.map((record) => record.id), rows })
          return this.answer(batch)
        },
        close: async () => {
          this.closed = true
        },
      }),
      ...changes,
    }
  }
}
