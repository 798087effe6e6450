import type { Committable, OnInvalid } from '../../../src/contract/sink.ts'
import { MillraceError, millraceError } from '../../../src/errors.ts'
import type { ByteRoom } from './byte-room.ts'
import { recordsOf } from './chunk.ts'
import type { Delivery } from './delivery.ts'
import type { OpenShards } from './open-shards.ts'
import type { Outbox } from './outbox.ts'
import type { OutgoingRecord } from './outgoing-record.ts'

/** What an inlet is made of. */
export interface InletParts<T> {
  /** Throws `ROW_INVALID`. */
  readonly recordOf: (row: T) => OutgoingRecord
  readonly delivery: Delivery
  readonly room: ByteRoom
  readonly outbox: Outbox
  readonly close: () => void
}

/** The way into a stream that writers share, however they use it. */
export class StreamInlet<T> {
  readonly room: ByteRoom
  readonly outbox: Outbox
  readonly #recordOf: (row: T) => OutgoingRecord
  readonly #delivery: Delivery
  readonly #close: () => void

  constructor({ recordOf, delivery, room, outbox, close }: InletParts<T>) {
    this.#recordOf = recordOf
    this.room = room
    this.outbox = outbox
    this.#delivery = delivery
    this.#close = close
    for (const { length } of outbox.state.parts) room.take(length)
  }

  get shards(): OpenShards {
    return this.#delivery.shards
  }

  /** The records of rows, one by one, without those that have none. */
  *recordsOf(rows: readonly T[], onInvalid?: OnInvalid): Generator<OutgoingRecord> {
    for (const [index, row] of rows.entries()) {
      try {
        yield this.#recordOf(row)
      } catch (error) {
        if (onInvalid === undefined) throw error
        onInvalid(millraceError(error), index)
      }
    }
  }

  deliver(records: readonly OutgoingRecord[]): Promise<void> {
    return this.#delivery.deliver(records)
  }

  /** Puts what committables name, and waits until all of it has arrived. */
  put(committables: readonly Committable[]): Promise<void> {
    return this.outbox.putAll(committables, async (chunk) => {
      await this.#delivery.deliver(recordsOf(chunk))
      this.room.give(chunk.bytes.length)
    })
  }

  ready(): Promise<void> | undefined {
    const { failure } = this.#delivery
    return failure === undefined ? this.room.wait() : Promise.reject(failure)
  }

  async close(): Promise<void> {
    this.#delivery.end(new MillraceError('SINK_FAILED', 'the sink was closed before all records had arrived'))
    this.#close()
  }
}
