/**
 * Rows in the order of `at`, and of arrival where that is the same. Plain data, since it is state. The first `gone`
 * places are empty: rows leave at the front, and moving the others up is put off until it is worth it.
 */
export interface OrderedRows<R extends { readonly at: number }> {
  gone: number
  readonly rows: (R | undefined)[]
}

export function noRows<R extends { readonly at: number }>(): OrderedRows<R> {
  return { gone: 0, rows: [] }
}

export function hasRows({ gone, rows }: OrderedRows<{ readonly at: number }>): boolean {
  return rows.length > gone
}

/** The first row, which must be there. */
export function firstRow<R extends { readonly at: number }>({ gone, rows }: OrderedRows<R>): R {
  return rows[gone]!
}

export function secondRow<R extends { readonly at: number }>({ gone, rows }: OrderedRows<R>): R | undefined {
  return rows[gone + 1]
}

/** The index in `rows` of the first row at `time` or after it; of their number if there is none. */
export function indexFrom({ gone, rows }: OrderedRows<{ readonly at: number }>, time: number): number {
  let [low, high] = [gone, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.at < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows come almost in order, so the place is mostly the end. */
export function insertRow<R extends { readonly at: number }>({ gone, rows }: OrderedRows<R>, row: R): void {
  const last = rows.length - 1
  if (last < gone || rows[last]!.at <= row.at) {
    rows.push(row)
    return
  }
  let [low, high] = [gone, last]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.at <= row.at) low = middle + 1
    else high = middle
  }
  rows.splice(low, 0, row)
}

/** Removes the first row, which must be there, in constant time on average. */
export function removeFirst<R extends { readonly at: number }>(ordered: OrderedRows<R>): R {
  const { rows } = ordered
  const first = rows[ordered.gone]!
  rows[ordered.gone] = undefined
  ordered.gone += 1
  if (2 * ordered.gone >= rows.length) {
    rows.splice(0, ordered.gone)
    ordered.gone = 0
  }
  return first
}
