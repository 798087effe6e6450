import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { type Broadcasting, BroadcastTable } from './broadcast-table.ts'

/** Which updates a row sees, for plans and checkpoints. */
export const updatesAtOnce = 'updates as they come'

/** Lets a row see the updates that came before it. */
export class BroadcastAtOnce implements Operator<unknown> {
  readonly process: Emit<unknown>
  readonly #table: BroadcastTable
  #input = 0

  constructor(broadcasting: Broadcasting, context: OperatorContext<unknown>, restored: Snapshot | undefined) {
    const table = new BroadcastTable(updatesAtOnce, broadcasting, context)
    this.#table = table
    if (restored !== undefined) table.restore(restored)
    this.process = (value, timestamp) => {
      if (this.#input === 0) table.join(value, timestamp)
      else table.put(table.entryOf(value))
    }
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

  snapshot(): Snapshot {
    return this.#table.snapshot(null)
  }
}
