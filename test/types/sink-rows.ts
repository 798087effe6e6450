// Checked by the compiler alone: what the types of connectors/delivery infer, and what they refuse.
import { type Column, deliverySink, type Format, parquet } from '../../connectors/delivery/index.ts'
import { folder } from '../../connectors/files/index.ts'
import type { Sink } from '../../src/contract/sink.ts'
import type { Equal } from './equal.ts'

type RowOf<S> = S extends Sink<infer T> ? T : never

interface Totals {
  customer: string
  minute: Date | number
  orders: number
  cents: number | bigint
  share: number
  paid: boolean
}

export const format = parquet({
  customer: 'string',
  minute: 'timestamp',
  orders: 'int32',
  cents: 'int64',
  share: 'double',
  paid: 'boolean',
})
export const rowFollowsFromColumns: Equal<typeof format, Format<Totals>> = true

export const lake = deliverySink({
  to: folder('lake'),
  format,
  partitionBy: (row) => {
    const rowIsInferred: Equal<typeof row, Totals> = true
    return { paid: String(row.paid && rowIsInferred) }
  },
  roll: { size: '128MiB', age: '5m' },
})
export const sinkTakesTheRow: Equal<RowOf<typeof lake>, Totals> = true

export const inlineFormat = deliverySink({
  to: folder('lake'),
  format: parquet({ day: 'string' }),
  partitionBy: ({ day }) => ({ day }),
})
export const inlineTakesTheRow: Equal<RowOf<typeof inlineFormat>, { day: string }> = true

/** Whether `sinkTo` lets these rows into the sink: a sink of `T` serves as a sink of any row that is a `T`. */
type Takes<S, Row> = S extends Sink<Row> ? true : false

export const moreThanTheColumns: Takes<typeof inlineFormat, { day: string; more: number }> = true
export const aMissingColumn: Takes<typeof inlineFormat, { date: string }> = false
export const anOptionalColumn: Takes<typeof inlineFormat, { day?: string }> = false
export const aColumnOfAnotherType: Takes<typeof inlineFormat, { day: number }> = false
export const aTypeThatColumnsDoNotHave: 'text' extends Column ? true : false = false
