import { type ArrowSchema, columnsOf, isArrowSchema } from './arrow-columns.ts'
import { checkedColumns } from './checked-columns.ts'
import type { Columns, RowOf } from './column.ts'
import { isSchemaOfRows, jsonSchemaColumns, type SchemaOfRows } from './json-schema-columns.ts'

/** What columns are made of: themselves, an Arrow schema, or a validator that can describe its values. */
export type GivenColumns = Columns | ArrowSchema | SchemaOfRows

/** The rows of what columns are made of. */
export type RowOfGiven<G extends GivenColumns> = G extends Columns
  ? RowOf<G>
  : G extends SchemaOfRows<infer T>
    ? T
    : Readonly<Record<string, unknown>>

/** @throws MillraceError `OPTION_INVALID` without any column, or naming one that cannot be. */
export function givenColumns(given: GivenColumns, by: string): Columns {
  if (isSchemaOfRows(given)) return checkedColumns(jsonSchemaColumns(given), by)
  return checkedColumns(isArrowSchema(given) ? columnsOf(given) : (given as Columns), by)
}
