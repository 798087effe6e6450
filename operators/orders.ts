/** Says which of two values comes first: negative for the first, positive for the second, 0 if it is all the same. */
export type Comparator<in T> = (a: T, b: T) => number

/** What can be sorted by. */
export type Sortable = number | bigint | string | boolean | Date

/**
 * Sorts the least first, texts by their code units. What is no number comes before all numbers.
 *
 * @example
 * ascending((bid: { price: number }) => bid.price)({ price: 1 }, { price: 2 }) // -1
 */
export function ascending<T>(of: (value: T) => Sortable): Comparator<T> {
  return (a, b) => compare(of(a), of(b))
}

/**
 * Sorts the greatest first: {@link ascending} the other way round.
 *
 * @example
 * descending((bid: { price: number }) => bid.price)({ price: 1 }, { price: 2 }) // 1
 */
export function descending<T>(of: (value: T) => Sortable): Comparator<T> {
  return (a, b) => compare(of(b), of(a))
}

/**
 * An order in which only values of the same content are equal: by comparators, each where those before it see no
 * difference, and at last by content. So that what comes out does not depend on the order of arrival.
 */
export function totalOrder<T>(comparators: readonly Comparator<T>[]): Comparator<T> {
  const [first = () => 0, ...more] = comparators
  return (a, b) => {
    const order = first(a, b)
    if (order !== 0) return order
    for (const next of more) {
      const order = next(a, b)
      if (order !== 0) return order
    }
    return a === b ? 0 : compare(contentOf(a), contentOf(b))
  }
}

/**
 * In a job that goes on, an order that fails for a record fails when the record comes, and not for another one that is
 * compared with it later, or in a timer.
 */
export function checkOrder<T>(
  { goesOn }: { readonly goesOn: boolean },
  order: Comparator<T>,
  value: T,
): void {
  if (goesOn) order(value, value)
}

function compare(a: Sortable, b: Sortable): number {
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
}

/** A text that only values of the same content have, whatever the order of their properties. */
function contentOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  if (value instanceof Date) return `date ${value.getTime()}`
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return listed([...value])
  if (ArrayBuffer.isView(value))
    return `bytes ${new Uint8Array(value.buffer, value.byteOffset, value.byteLength)}`
  return listed(Object.entries(value).sort(([a], [b]) => compare(a, b)))
}

function listed(values: readonly unknown[]): string {
  return `[${values.map(contentOf).join()}]`
}
