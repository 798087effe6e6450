import { setMaxListeners } from 'node:events'
import type { EncodedRow, RequestDestination } from '../../../src/contract/request-destination.ts'
import type {
  CommitPermit,
  Committable,
  OnInvalid,
  SinkContext,
  SinkWriter,
  Staged,
} from '../../../src/contract/sink.ts'
import { MillraceError, reasons } from '../../../src/errors.ts'
import { batchId, identified } from './batch-ids.ts'
import type { BatchQueue, QueuedBatch } from './batch-queue.ts'
import { committableBeside, type SinksBeside } from './beside.ts'
import type { ByteRoom } from './byte-room.ts'
import { type DeliveryManner, deliverBatch } from './deliver-batch.ts'
import { type ErrorRecord, errorRecord } from './error-record.ts'
import { joinedState } from './joined-state.ts'
import { recordBytes, recordsIn } from './record-bytes.ts'

/** When records are sent. */
export interface BufferPolicy {
  readonly sizeBytes: number
  readonly intervalMs: number
}

/** What a writer is made of. */
export interface WriterParts<T> {
  readonly destination: RequestDestination<T>
  readonly context: SinkContext
  readonly buffer: BufferPolicy
  readonly atOnce: number
  readonly queue: BatchQueue
  readonly room: ByteRoom
  readonly beside: SinksBeside
  readonly manner: Omit<DeliveryManner, 'onRefused' | 'signal'>
}

/** What a record costs in memory besides its bytes, about. */
const overheadBytes = 64

/**
 * Collects records in batches, and sends those once a checkpoint holds them: after a failure the same batches go out
 * again, with the same ids.
 *
 *     written ─▶ growing batch ─ full, or old at a checkpoint ─▶ finished ─ in a checkpoint ─▶ sent ─▶ arrived
 */
export class RequestWriter<T> implements SinkWriter<T> {
  readonly #parts: WriterParts<T>
  readonly #closing = new AbortController()
  readonly #manner: DeliveryManner
  /** Finished since the last checkpoint. */
  #finishedBytes = 0
  #asked = false
  #watching = false
  #unsettled = false
  #watermark: number | undefined

  constructor(parts: WriterParts<T>) {
    this.#parts = parts
    // As many requests and waits may be under way as the destination likes.
    setMaxListeners(0, this.#closing.signal)
    const errors = parts.beside.get('errors')
    const onRefused = errors && ((records: readonly ErrorRecord[]) => this.#refused(errors, records))
    this.#manner = { ...parts.manner, onRefused, signal: this.#closing.signal }
    parts.room.take(parts.queue.sizeBytes)
    this.#watchAge()
  }

  get unsettled(): boolean {
    return this.#unsettled || this.#parts.beside.unsettled
  }

  write(values: readonly T[], timestamps: readonly number[], onInvalid?: OnInvalid): void {
    const { queue, room, beside, context, buffer } = this.#parts
    const now = context.clock.now()
    const invalid = new Set<number>()
    const isInvalid: OnInvalid = (error, index) => {
      if (onInvalid === undefined) throw error
      if (!invalid.has(index)) onInvalid(error, index)
      invalid.add(index)
    }
    for (const [index, value] of values.entries()) {
      const encoded = this.#encoded(value, index, isInvalid)
      const bytes = encoded && this.#bytesOf(encoded, timestamps[index] ?? now, now)
      if (bytes === undefined) continue
      room.take(bytes.length)
      this.#finishedBytes += queue.add(bytes, now)
    }
    beside.get('backup')?.write(values, timestamps, isInvalid)
    if (this.#finishedBytes >= buffer.sizeBytes) this.#ask()
    this.#watchAge()
  }

  watermark(timestamp: number): void {
    this.#watermark = timestamp
    this.#parts.beside.get('backup')?.watermark?.(timestamp)
  }

  ready(): Promise<void> | undefined {
    const waits = this.#parts.beside.ready()
    const room = this.#parts.room.wait()
    const all = room === undefined ? waits : [room, ...waits]
    return all.length === 0 ? undefined : Promise.all(all).then(() => {})
  }

  async stage(last: boolean, epoch?: number): Promise<Staged> {
    const { queue, beside } = this.#parts
    // While records wait one of them may still be refused.
    if (queue.sizeBytes === 0 && this.#watermark !== undefined)
      beside.get('errors')?.watermark?.(this.#watermark)
    if (last || this.#isOld()) queue.finish()
    this.#finishedBytes = 0
    this.#asked = false
    this.#unsettled = false
    const own = { committables: queue.committables, state: queue.snapshot() }
    const others = await beside.stage(last, epoch)
    const committables = others.flatMap(({ option, committables: theirs }) =>
      theirs.map((committable) => committableBeside(option, committable)),
    )
    return {
      committables: [...committables, ...own.committables],
      state: joinedState(own.state, others),
    }
  }

  /** Sinks beside come first: what batches bring them now must not come before what they have to commit again. */
  async commit(committables: readonly Committable[], permit: CommitPermit): Promise<void> {
    const { queue, beside } = this.#parts
    await beside.commit(committables, permit)
    const numbers = new Set(committables.map((one) => one['batch']))
    await this.#deliver(queue.waiting.filter(({ number }) => numbers.has(number)))
  }

  async close(): Promise<void> {
    this.#closing.abort(
      new MillraceError('SINK_FAILED', 'the sink was closed before all records had arrived'),
    )
    await this.#parts.manner.session.close()
    await this.#parts.beside.close()
  }

  async #deliver(batches: readonly QueuedBatch[]): Promise<void> {
    const left = [...batches]
    const lane = async () => {
      for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
        try {
          await this.#deliverOne(batch)
        } catch (error) {
          left.length = 0
          throw error
        }
      }
    }
    await Promise.all(Array.from({ length: this.#parts.atOnce }, lane))
  }

  async #deliverOne(batch: QueuedBatch): Promise<void> {
    const { queue, room, context } = this.#parts
    const records = recordsIn(batch.pieces).map((record, index) =>
      identified(context, batch.first + index, record),
    )
    await deliverBatch({ id: batchId(records), createdAt: batch.openedAt, records }, this.#manner)
    queue.drop(batch)
    room.give(batch.sizeBytes)
    this.#unsettled = true
  }

  /** What of a record goes out; `undefined` if it is too large, and has gone to the errors. */
  #bytesOf({ data, notes }: EncodedRow, timestamp: number, now: number): Uint8Array | undefined {
    const { destination } = this.#parts
    const bytes = recordBytes({ data, notes, timestamp })
    const { recordBytes: most } = destination.limits
    if (bytes.length <= most + overheadBytes) return bytes
    const message = `the record has ${bytes.length} bytes; the destination takes ${most}`
    this.#manner.report.refused(1)
    if (this.#manner.onRefused === undefined) throw new MillraceError('RECORD_REFUSED', message)
    const why = { code: 'RecordTooLarge', message }
    this.#manner.onRefused([errorRecord({ data, timestamp }, why, { made: 0, endedAt: now })])
    return undefined
  }

  #encoded(value: T, index: number, onInvalid: OnInvalid): EncodedRow | undefined {
    try {
      return this.#parts.destination.encode(value)
    } catch (cause) {
      const message = `a row cannot be encoded: ${reasons(cause)[0]}`
      onInvalid(new MillraceError('ROW_INVALID', message, { cause }), index)
      return undefined
    }
  }

  #refused(errors: SinkWriter<unknown>, records: readonly ErrorRecord[]): void {
    errors.write(
      records,
      records.map(({ arrivalTimestamp }) => arrivalTimestamp),
    )
    this.#unsettled = true
  }

  #isOld(): boolean {
    const { queue, context, buffer } = this.#parts
    return queue.openedAt !== undefined && context.clock.now() >= queue.openedAt + buffer.intervalMs
  }

  #ask(): void {
    if (this.#asked) return
    this.#asked = true
    this.#parts.context.requestCheckpoint()
  }

  /** Asks for a checkpoint when the batch that grows is old enough. One timer is enough for all of them. */
  #watchAge(): void {
    const { queue, context, buffer } = this.#parts
    if (this.#isOld()) this.#ask()
    if (this.#watching || this.#asked || queue.openedAt === undefined) return
    this.#watching = true
    const leftMs = queue.openedAt + buffer.intervalMs - context.clock.now()
    void context.clock.sleep(leftMs, this.#closing.signal).then(() => {
      this.#watching = false
      if (!this.#closing.signal.aborted) this.#watchAge()
    })
  }
}
