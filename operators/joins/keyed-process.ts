import type { Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import type { Broadcasting } from './broadcast-table.ts'

/** What works on rows by key beside a table. */
export interface KeyedProcess {
  readonly broadcasting: Broadcasting
  /** Makes the operator that has the state and timers of the keys. */
  readonly create: (
    table: ReadonlyMap<unknown, unknown>,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) => Operator<unknown>
}

/** The snapshot of a table, with that of the keys behind it. */
export function withKeyedPart(table: Snapshot, keyed: Operator<unknown>): Snapshot {
  return { ...table, parts: [...table.parts, ...keyed.snapshot!().parts] }
}

/** What {@link withKeyedPart} put behind the table. */
export function keyedPart(restored: Snapshot | undefined): Snapshot | undefined {
  return restored === undefined ? undefined : { ...restored, parts: restored.parts.slice(1) }
}
