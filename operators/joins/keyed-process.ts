import type { Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
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

/** The snapshot of a table, with that of the keys behind it, and between them the version of its layout. */
export function withKeyedPart(table: Snapshot, keyed: Operator<unknown>): Snapshot {
  const { schema, parts, ...state } = keyed.snapshot!()
  return { ...table, ...state, parts: [...table.parts, encodeCbor(schema), ...parts] }
}

/** What {@link withKeyedPart} put behind the table. */
export function keyedPart(restored: Snapshot | undefined): Snapshot | undefined {
  if (restored === undefined) return undefined
  const [, schema, ...parts] = restored.parts
  return { ...restored, schema: decodeCbor(schema!) as number, parts }
}
