import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import type { Key } from '../../src/state/key.ts'
import { beginningOfTime } from '../../src/time/end-of-time.ts'
import { type Broadcasting, BroadcastTable } from './broadcast-table.ts'
import { refuseLate } from './late-record.ts'
import { firstRow, hasRows, insertRow, noRows, type OrderedRows, removeFirst } from './ordered-rows.ts'

/** What waits for the watermark. Plain data, since it is state. */
interface Waiting {
  readonly watermark: number
  readonly rows: OrderedRows<{ readonly at: number; readonly value: unknown }>
  readonly updates: OrderedRows<{ readonly at: number; readonly entry: readonly [Key, unknown] }>
}

/** Which updates a row sees, for plans and checkpoints. */
export const updatesInOrder = 'updates in the order of event time'

/** Lets a row see the updates up to its time, and no other: both wait until the watermark has passed them. */
export class BroadcastInOrder implements Operator<unknown> {
  readonly process: Emit<unknown>
  readonly #context: OperatorContext<unknown>
  readonly #table: BroadcastTable
  readonly #rows: Waiting['rows']
  readonly #updates: Waiting['updates']
  #watermark = beginningOfTime
  #input = 0

  constructor(broadcasting: Broadcasting, context: OperatorContext<unknown>, restored: Snapshot | undefined) {
    this.#context = context
    this.#table = new BroadcastTable(updatesInOrder, broadcasting, context)
    const waiting = restored === undefined ? undefined : (this.#table.restore(restored) as Waiting)
    this.#rows = waiting?.rows ?? noRows()
    this.#updates = waiting?.updates ?? noRows()
    this.#watermark = waiting?.watermark ?? beginningOfTime
    this.process = (value, timestamp) => this.#onRecord(value, timestamp)
  }

  open(): Promise<void> {
    return this.#table.open()
  }

  ready(): Promise<void> | undefined {
    return this.#table.ready()
  }

  onBatch(_split: string | undefined, input: number): void {
    this.#input = input
  }

  onWatermark(timestamp: number): void {
    // After a restore the watermark may begin further back than it was.
    if (timestamp <= this.#watermark) return
    this.#watermark = timestamp
    while (hasRows(this.#rows) && firstRow(this.#rows).at <= timestamp) {
      const { at, value } = removeFirst(this.#rows)
      this.#update(at)
      this.#join(value, at)
    }
    this.#update(timestamp)
    this.#context.emitWatermark(timestamp)
  }

  snapshot(): Snapshot {
    const waiting: Waiting = { watermark: this.#watermark, rows: this.#rows, updates: this.#updates }
    return this.#table.snapshot(waiting)
  }

  #onRecord(value: unknown, at: number): void {
    if (at <= this.#watermark) refuseLate(this.#context, value, at, this.#watermark)
    else if (this.#input === 0) insertRow(this.#rows, { at, value })
    else insertRow(this.#updates, { at, entry: this.#table.entryOf(value) })
  }

  #update(until: number): void {
    while (hasRows(this.#updates) && firstRow(this.#updates).at <= until) {
      this.#table.put(removeFirst(this.#updates).entry)
    }
  }

  #join(value: unknown, timestamp: number): void {
    try {
      this.#table.join(value, timestamp)
    } catch (error) {
      this.#context.refuse(error, value, timestamp)
    }
  }
}
