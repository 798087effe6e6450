import type { Fetched, Source, Undecodable } from '../contract/source.ts'
import type { Life } from './life.ts'
import { ArrivingRecord, UndecodableRecord } from './test-records.ts'

const split = 'fed'

/** A stream that a test puts records into one by one. It outlives the runs of the job that read it. */
export class FedStream {
  readonly #name: string
  readonly #records: { readonly content: unknown; readonly arrivalTime: number }[] = []
  readonly #waiting = new Set<() => void>()
  #ended = false

  constructor(name: string) {
    this.#name = name
  }

  put(record: unknown, now: number): void {
    const arriving = record instanceof ArrivingRecord ? record : new ArrivingRecord(now, record)
    this.#records.push({ content: arriving.record, arrivalTime: arriving.time })
    this.wake()
  }

  /** Nothing follows. */
  end(): void {
    this.#ended = true
    this.wake()
  }

  /** Who waits for records looks again. */
  wake(): void {
    for (const look of [...this.#waiting]) look()
  }

  /** The stream as one run of the job reads it. */
  sourceOf(life: Life): Source<unknown> {
    let finished = false
    let handedOut = false
    return {
      description: { kind: 'test', detail: this.#name, replayable: true },
      open: async (_context, restored) => {
        finished = restored === true
        return {
          discoverEveryMs: 2 ** 31 - 1,
          get exhausted() {
            return finished
          },
          discover: async () => {},
          takeReadable: () => {
            if (handedOut || finished) return []
            handedOut = true
            return [{ id: split, parents: [] }]
          },
          read: (_split, position) => {
            let next = position === undefined ? 0 : Number(position.after) + 1
            return {
              fetch: async () => {
                const from = next
                if (from === this.#records.length && !this.#ended) await this.#change()
                if (!life.alive) await life.never()
                next = this.#records.length
                return this.#fetched(from, life.clock.now())
              },
              close: () => this.wake(),
            }
          },
          finished: () => {
            finished = true
            return []
          },
          snapshot: () => finished,
          close: async () => this.wake(),
        }
      },
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
    })
  }

  #fetched(from: number, now: number): Fetched<unknown> {
    const values: unknown[] = []
    const arrivalTimes: number[] = []
    const positions: number[] = []
    const undecodable: Undecodable[] = []
    for (const [index, { content, arrivalTime }] of this.#records.entries()) {
      if (index < from) continue
      if (content instanceof UndecodableRecord) {
        const place = { source: this.#name, split, position: String(index), before: values.length }
        undecodable.push({ data: new Uint8Array(), reason: content.reason, arrivalTime, ...place })
        continue
      }
      values.push(content)
      arrivalTimes.push(arrivalTime)
      positions.push(index)
    }
    const last = this.#records.length - 1
    return {
      values,
      arrivalTimes,
      positionOf: (index) => String(positions[index]),
      undecodable,
      position: last < 0 ? undefined : { after: String(last) },
      sizeBytes: last + 1 - from,
      behindMs: 0,
      serverTime: now,
      finished: this.#ended,
    }
  }
}
