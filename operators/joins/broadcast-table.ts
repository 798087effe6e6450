import type { Emit, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot, StateChanges } from '../../src/contract/snapshot.ts'
import { memoryState } from '../../src/contract/state-backend.ts'
import { MillraceError } from '../../src/errors.ts'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import { checkedKey, type Key } from '../../src/state/key.ts'
import type { KeyedState } from '../../src/state/keyed-state.ts'
import { keyedStateIn } from '../../src/state/keyed-state-in.ts'
import { tableNamespace } from '../../src/state/namespaces.ts'
import { plainContent } from '../../src/state/state-content.ts'

/** What to do with the two streams. */
export interface Broadcasting {
  readonly keyOf: (update: unknown) => unknown
  readonly valueIn: (update: unknown) => unknown
  /** Adds what comes of a row to the results. */
  readonly onRow: (row: unknown, table: ReadonlyMap<Key, unknown>, results: unknown[]) => void
}

const schema = 2
/** The whole table was in the part. */
const schemaBefore = 1

/** A table, with what goes into it and what comes of a row that looks into it. */
export class BroadcastTable {
  /** What must be the same for state of a checkpoint to fit. */
  readonly #shape: string
  readonly #broadcasting: Broadcasting
  readonly #context: OperatorContext<unknown>
  /** What rows look into. */
  readonly #table = new Map<Key, unknown>()
  /** The same, for checkpoints. */
  readonly #state: KeyedState<unknown>
  /** What the last checkpoint has besides the table. */
  #part: Uint8Array | undefined
  #restored: Snapshot | undefined
  /** Of one row. The array is the same for all. */
  readonly #results: unknown[] = []

  constructor(shape: string, broadcasting: Broadcasting, context: OperatorContext<unknown>) {
    this.#shape = shape
    this.#broadcasting = broadcasting
    this.#context = context
    // All of it is looked into for every row, and has to be in memory anyhow.
    this.#state = keyedStateIn({ ...context, state: memoryState() }, plainContent(shape))
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
    const kept = this.#state.within(tableNamespace)
    if (value === undefined) {
      this.#table.delete(key)
      kept.delete(key)
    } else {
      this.#table.set(key, value)
      kept.set(key, value)
    }
  }

  /** Emits what comes of a row. Throws what the job's function throws. */
  readonly join: Emit<unknown> = (row, timestamp) => {
    const results = this.#results
    results.length = 0
    this.#broadcasting.onRow(row, this.#table, results)
    for (let index = 0; index < results.length; index += 1) this.#context.emit(results[index], timestamp)
  }

  /** As {@link Operator.ready}: whether more updates may come. */
  ready(): Promise<void> | undefined {
    return this.#state.room()
  }

  /** What has changed in the table, and what else the operator keeps: the same part as before, and not written, if that has not. */
  snapshot(waiting: unknown): TableSnapshot {
    const part = encodeCbor([this.#shape, null, waiting])
    if (this.#part === undefined || Buffer.compare(part, this.#part) !== 0) this.#part = part
    return { schema, parts: [this.#part], changes: this.#state.snapshot() }
  }

  /** Gives what was kept besides the table, which is there when {@link BroadcastTable.open} has settled. */
  restore(restored: Snapshot): unknown {
    const { schema: found, parts, migrate } = restored
    const [shape, , waiting] = decodeCbor(parts[0]!) as Part
    if (found !== schema && found !== schemaBefore) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `a table of layout ${found} cannot be read: this version of Millrace reads layouts up to ${schema}`,
      )
    }
    if (shape !== this.#shape && migrate === undefined) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of another shape (${shape}) than the job now has (${this.#shape})`,
      )
    }
    this.#part = parts[0]
    this.#restored = restored
    return waiting
  }

  /** Loads the table of the snapshot that was given to {@link BroadcastTable.restore}, if there was one. */
  async open(): Promise<void> {
    if (this.#restored === undefined) return
    const { schema: found, parts, layers = [], migrate } = this.#restored
    this.#restored = undefined
    if (found === schema) {
      await this.#state.open(layers, this.#context)
      for (const [key, value] of this.#state.within(tableNamespace).entries()) this.#table.set(key, value)
    } else {
      const [, entries] = decodeCbor(parts[0]!) as Part
      for (const entry of entries!) this.put(entry)
    }
    if (migrate === undefined) return
    for (const [key, value] of [...this.#table]) this.put([key, migrate(value, key)])
  }
}

/** The shape, the table where it was not kept by itself yet, and what else was kept. */
type Part = readonly [shape: string, entries: readonly (readonly [Key, unknown])[] | null, waiting: unknown]

export type TableSnapshot = Snapshot & { readonly changes: StateChanges }
