import type { Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Layers, Snapshot } from '../../src/contract/snapshot.ts'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import type { Broadcasting, TableSnapshot } from './broadcast-table.ts'

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

/**
 * The snapshot of a table, with that of the keys behind it: between their parts the version of the latter's layout, and an
 * empty layer between their layers.
 */
export function withKeyedPart(table: TableSnapshot, keyed: Operator<unknown>): Snapshot {
  const { schema, parts, changes } = keyed.snapshot!()
  return {
    ...table,
    parts: [...table.parts, encodeCbor(schema), ...parts],
    changes: {
      written: async (write) => [
        ...(await table.changes.written(write)),
        [],
        ...(await changes!.written(write)),
      ],
      published: () => {
        table.changes.published()
        changes!.published()
      },
    },
  }
}

/** What {@link withKeyedPart} put the keys behind. */
export function tablePart(restored: Snapshot): Snapshot {
  const { parts, layers = [] } = restored
  return { ...restored, parts: parts.slice(0, 1), layers: layers.slice(0, betweenLayers(layers)) }
}

/** What {@link withKeyedPart} put behind the table. */
export function keyedPart(restored: Snapshot | undefined): Snapshot | undefined {
  if (restored === undefined) return undefined
  const { layers = [] } = restored
  const [, schema, ...parts] = restored.parts
  return {
    ...restored,
    schema: decodeCbor(schema!) as number,
    parts,
    layers: layers.slice(betweenLayers(layers) + 1),
  }
}

/** The place of the empty layer; before the first where tables had no layers yet. */
function betweenLayers(layers: Layers): number {
  return layers.findIndex((files) => files.length === 0)
}
