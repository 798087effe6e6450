import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import type { Key } from '../../src/state/key.ts'
import { beginningOfTime } from '../../src/time/end-of-time.ts'
import { HeldEmissions } from '../keyed/held-emissions.ts'
import { updatesInOrder } from './broadcast-in-order.ts'
import { BroadcastTable } from './broadcast-table.ts'
import { type KeyedProcess, keyedPart, tablePart, withKeyedPart } from './keyed-process.ts'
import { refuseLate } from './late-record.ts'
import { firstRow, hasRows, insertRow, noRows, type OrderedRows, removeFirst } from './ordered-rows.ts'

/** What waits for the watermark. Plain data, since it is state. */
interface Waiting {
  readonly watermark: number
  readonly rows: OrderedRows<{ readonly at: number; readonly value: unknown }>
  readonly updates: OrderedRows<{ readonly at: number; readonly entry: readonly [Key, unknown] }>
}

/**
 * Processes rows by key, and updates of the table, in the order of event time: both wait until the watermark has passed
 * them. Of one time the updates come first, then the rows, then the timers.
 */
export class ProcessInOrder implements Operator<unknown> {
  readonly process: Emit<unknown>
  readonly #context: OperatorContext<unknown>
  readonly #table: BroadcastTable
  readonly #keyed: Operator<unknown>
  readonly #held: HeldEmissions
  readonly #rows: Waiting['rows']
  readonly #updates: Waiting['updates']
  #watermark: number
  #input = 0

  constructor(
    { broadcasting, create }: KeyedProcess,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) {
    this.#context = context
    this.#table = new BroadcastTable(updatesInOrder, broadcasting, context)
    this.#held = new HeldEmissions(context)
    const waiting = restored === undefined ? undefined : (this.#table.restore(tablePart(restored)) as Waiting)
    this.#rows = waiting?.rows ?? noRows()
    this.#updates = waiting?.updates ?? noRows()
    this.#watermark = waiting?.watermark ?? beginningOfTime
    // The watermark goes on behind this operator only when all that waited for it has been processed.
    const within = { ...context, ...this.#held.outputs, emitWatermark: () => {} }
    this.#keyed = create(this.#table.entries, within, keyedPart(restored))
    this.process = (value, timestamp) => this.#onRecord(value, timestamp)
  }

  async open(): Promise<void> {
    await this.#table.open()
    await this.#keyed.open?.()
  }

  ready(): Promise<void> | undefined {
    return this.#table.ready() ?? this.#keyed.ready?.()
  }

  onBatch(_split: string | undefined, input: number): void {
    this.#input = input
  }

  onWatermark(timestamp: number): void {
    // After a restore the watermark may begin further back than it was.
    if (timestamp <= this.#watermark) return
    this.#watermark = timestamp
    for (let next = this.#next(); next <= timestamp; next = this.#next()) {
      this.#keyed.onWatermark?.(next - 1)
      while (hasRows(this.#updates) && firstRow(this.#updates).at === next) {
        this.#table.put(removeFirst(this.#updates).entry)
      }
      while (hasRows(this.#rows) && firstRow(this.#rows).at === next) {
        this.#processRow(removeFirst(this.#rows).value, next)
      }
    }
    this.#keyed.onWatermark?.(timestamp)
    this.#context.emitWatermark(timestamp)
  }

  onTick(now: number): void {
    this.#keyed.onTick?.(now)
  }

  snapshot(): Snapshot {
    const waiting: Waiting = { watermark: this.#watermark, rows: this.#rows, updates: this.#updates }
    return withKeyedPart(this.#table.snapshot(waiting), this.#keyed)
  }

  #onRecord(value: unknown, at: number): void {
    if (at <= this.#watermark) refuseLate(this.#context, value, at, this.#watermark)
    else if (this.#input === 0) insertRow(this.#rows, { at, value })
    else insertRow(this.#updates, { at, entry: this.#table.entryOf(value) })
  }

  /** The time of what waits and comes next; infinity if nothing waits. */
  #next(): number {
    const row = hasRows(this.#rows) ? firstRow(this.#rows).at : Number.POSITIVE_INFINITY
    const update = hasRows(this.#updates) ? firstRow(this.#updates).at : Number.POSITIVE_INFINITY
    return Math.min(row, update)
  }

  #processRow(value: unknown, at: number): void {
    const keyed = this.#keyed
    keyed.begin?.()
    try {
      this.#held.during(() => keyed.process(value, at))
    } catch (error) {
      keyed.undo?.()
      this.#context.refuse(error, value, at)
    }
  }
}
