import { MillraceError } from '../src/errors.ts'

/**
 * Boils many values down to one. `T` is what it takes, `R` what it gives. The accumulator must be plain data (numbers,
 * strings, arrays, objects …), since checkpoints carry it.
 */
export interface Aggregate<in T, out R> {
  /** What checkpoints and plans call it. State of another kind is not restored into it. */
  readonly kind: string
  create(): unknown
  /** The accumulator with `value` in it. May change the one it is given. */
  add(accumulator: unknown, value: T): unknown
  /** Two accumulators made one. May change `a`; leaves `b` as it is, and keeps nothing of it that `add` could change. */
  merge(a: unknown, b: unknown): unknown
  result(accumulator: unknown): R
}

/**
 * An aggregate of your own, with the accumulator's type `A` known.
 *
 * @example
 * defineAggregate({
 *   kind: 'longest',
 *   create: () => '',
 *   add: (longest, word: string) => (word.length > longest.length ? word : longest),
 *   merge: (a, b) => (b.length > a.length ? b : a),
 *   result: (longest) => longest,
 * })
 */
export function defineAggregate<T, A, R>(parts: {
  readonly kind: string
  readonly create: () => A
  readonly add: (accumulator: A, value: T) => A
  readonly merge: (a: A, b: A) => A
  readonly result: (accumulator: A) => R
}): Aggregate<T, R> {
  return parts as Aggregate<T, R>
}

const addition = (a: number, b: number) => a + b

/** One value that is no number would spoil the accumulator, and checkpoints would keep it. */
function finite(value: number, kind: string): number {
  if (Number.isFinite(value)) return value
  const got = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`
  throw new MillraceError('OPERATOR_FAILED', `${kind}(…) got ${got} from a record: it takes finite numbers`)
}

/**
 * How many values there are.
 *
 * @example
 * aggregate('totals', { orders: count() })
 */
export function count(): Aggregate<unknown, number> {
  return defineAggregate({
    kind: 'count',
    create: () => 0,
    add: (counted: number) => counted + 1,
    merge: addition,
    result: (counted) => counted,
  })
}

/**
 * The sum of a number of each value, which must be finite. Exact for whole numbers up to 2^53.
 *
 * @example
 * sum((order: { cents: number }) => order.cents)
 */
export function sum<T>(of: (value: T) => number): Aggregate<T, number> {
  return defineAggregate({
    kind: 'sum',
    create: () => 0,
    add: (total: number, value: T) => total + finite(of(value), 'sum'),
    merge: addition,
    result: (total) => total,
  })
}

/**
 * The least of a number of each value.
 *
 * @example
 * min((order: { cents: number }) => order.cents)
 */
export function min<T>(of: (value: T) => number): Aggregate<T, number> {
  return defineAggregate({
    kind: 'min',
    create: () => Number.POSITIVE_INFINITY,
    add: (least: number, value: T) => Math.min(least, finite(of(value), 'min')),
    merge: Math.min,
    result: (least) => least,
  })
}

/**
 * The greatest of a number of each value.
 *
 * @example
 * max((order: { cents: number }) => order.cents)
 */
export function max<T>(of: (value: T) => number): Aggregate<T, number> {
  return defineAggregate({
    kind: 'max',
    create: () => Number.NEGATIVE_INFINITY,
    add: (greatest: number, value: T) => Math.max(greatest, finite(of(value), 'max')),
    merge: Math.max,
    result: (greatest) => greatest,
  })
}

/**
 * The mean of a number of each value: their sum divided by their count.
 *
 * @example
 * average((order: { cents: number }) => order.cents)
 */
export function average<T>(of: (value: T) => number): Aggregate<T, number> {
  return defineAggregate({
    kind: 'average',
    create: () => ({ total: 0, counted: 0 }),
    add: (mean: { total: number; counted: number }, value: T) => {
      mean.total += finite(of(value), 'average')
      mean.counted += 1
      return mean
    },
    merge: (a, b) => ({ total: a.total + b.total, counted: a.counted + b.counted }),
    result: ({ total, counted }) => total / counted,
  })
}
