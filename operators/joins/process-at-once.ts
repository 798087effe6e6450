import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { updatesAtOnce } from './broadcast-at-once.ts'
import { BroadcastTable } from './broadcast-table.ts'
import { type KeyedProcess, keyedPart, tablePart, withKeyedPart } from './keyed-process.ts'

/** Processes rows by key, each with the updates that came before it. */
export class ProcessAtOnce implements Operator<unknown> {
  readonly process: Emit<unknown>
  readonly #table: BroadcastTable
  readonly #keyed: Operator<unknown>
  #input = 0

  constructor(
    { broadcasting, create }: KeyedProcess,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) {
    const table = new BroadcastTable(updatesAtOnce, broadcasting, context)
    if (restored !== undefined) table.restore(tablePart(restored))
    const keyed = create(table.entries, context, keyedPart(restored))
    this.#table = table
    this.#keyed = keyed
    this.process = (value, timestamp) => {
      if (this.#input === 0) keyed.process(value, timestamp)
      else table.put(table.entryOf(value))
    }
  }

  async open(): Promise<void> {
    await this.#table.open()
    await this.#keyed.open?.()
  }

  ready(): Promise<void> | undefined {
    return this.#table.ready() ?? this.#keyed.ready?.()
  }

  begin(): void {
    this.#keyed.begin?.()
  }

  undo(): void {
    this.#keyed.undo?.()
  }

  onBatch(_split: string | undefined, input: number): void {
    this.#input = input
  }

  onWatermark(timestamp: number): void {
    this.#keyed.onWatermark?.(timestamp)
  }

  onTick(now: number): void {
    this.#keyed.onTick?.(now)
  }

  snapshot(): Snapshot {
    return withKeyedPart(this.#table.snapshot(null), this.#keyed)
  }
}
