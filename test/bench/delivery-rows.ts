/** A flat row, with a little of everything. */
export interface Delivered {
  readonly id: string
  readonly customer: string
  readonly cents: number
  readonly share: number
  readonly items: number
  readonly at: number
}

/** The columns of {@link Delivered}. */
export const deliveredColumns = {
  id: 'string',
  customer: 'string',
  cents: 'int64',
  share: 'double',
  items: 'int32',
  at: 'timestamp',
} as const

/** Rows that differ as those of a shop do: ids once, a thousand customers, times that grow. */
export function deliveredRows(count: number): Delivered[] {
  return Array.from({ length: count }, (_, row) => ({
    id: `order-${((row * 2_654_435_761) >>> 0).toString(36)}`,
    customer: `customer-${(row * 7919) % 1000}`,
    cents: (row * 7) % 100_000,
    share: row / 7,
    items: row % 1000,
    at: 1_700_000_000_000 + row,
  }))
}
