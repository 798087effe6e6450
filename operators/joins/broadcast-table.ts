import type { Emit, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { MillraceError } from '../../src/errors.ts'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import { checkedKey, type Key } from '../../src/state/key.ts'

/** What to do with the two streams. */
export interface Broadcasting {
  readonly keyOf: (update: unknown) => unknown
  readonly valueIn: (update: unknown) => unknown
  /** Adds what comes of a row to the results. */
  readonly onRow: (row: unknown, table: ReadonlyMap<Key, unknown>, results: unknown[]) => void
}

const schema = 1

/** A table, with what goes into it and what comes of a row that looks into it. */
export class BroadcastTable {
  /** What must be the same for state of a checkpoint to fit. */
  readonly #shape: string
  readonly #broadcasting: Broadcasting
  readonly #context: OperatorContext<unknown>
  readonly #table = new Map<Key, unknown>()
  /** What the last checkpoint has. */
  #part: Uint8Array | undefined
  /** Of one row. The array is the same for all. */
  readonly #results: unknown[] = []

  constructor(shape: string, broadcasting: Broadcasting, context: OperatorContext<unknown>) {
    this.#shape = shape
    this.#broadcasting = broadcasting
    this.#context = context
  }

  /** What stands in it. Changes with it. */
  get entries(): ReadonlyMap<Key, unknown> {
    return this.#table
  }

  /** An update as an entry of the table. */
  entryOf(update: unknown): readonly [Key, unknown] {
    const { keyOf, valueIn } = this.#broadcasting
    return [this.#checked(keyOf(update)), valueIn(update)]
  }

  #checked(key: unknown): Key {
    try {
      return checkedKey(key, 'broadcast')
    } catch (error) {
      throw this.#context.failed(error, this.#broadcasting.keyOf)
    }
  }

  put([key, value]: readonly [Key, unknown]): void {
    if (value === undefined) this.#table.delete(key)
    else this.#table.set(key, value)
  }

  /** Emits what comes of a row. Throws what the job's function throws. */
  readonly join: Emit<unknown> = (row, timestamp) => {
    const results = this.#results
    results.length = 0
    this.#broadcasting.onRow(row, this.#table, results)
    for (let index = 0; index < results.length; index += 1) this.#context.emit(results[index], timestamp)
  }

  /** The table, and what else the operator keeps. It is the same part as before, and not written, if nothing has changed. */
  snapshot(waiting: unknown): Snapshot {
    const part = encodeCbor([this.#shape, [...this.#table], waiting])
    if (this.#part === undefined || Buffer.compare(part, this.#part) !== 0) this.#part = part
    return { schema, parts: [this.#part] }
  }

  /** Loads the table, and gives what else was kept. */
  restore({ schema: found, parts, migrate }: Snapshot): unknown {
    const [shape, entries, waiting] = decodeCbor(parts[0]!) as [string, [Key, unknown][], unknown]
    if (found !== schema || (shape !== this.#shape && migrate === undefined)) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of another shape (${shape}) than the job now has (${this.#shape})`,
      )
    }
    for (const [key, value] of entries) this.put([key, migrate === undefined ? value : migrate(value, key)])
    this.#part = parts[0]
    return waiting
  }
}
