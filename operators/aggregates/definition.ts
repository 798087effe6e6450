import { MillraceError } from '../../src/errors.ts'

/**
 * Boils many values down to one. `T` is what it takes, `R` what it gives, `None` what it gives of no values at all, as
 * within `filtered`. The accumulator must be plain data (numbers, strings, arrays, maps, objects …), since checkpoints
 * carry it.
 */
export interface Aggregate<in T, out R, out None = unknown> {
  /** What checkpoints and plans call it. State of another kind is not restored into it. */
  readonly kind: string
  create(): unknown
  /** The accumulator with `value` in it, a value of that event time. May change the one it is given. */
  add(accumulator: unknown, value: T, timestamp: number): unknown
  /** Two accumulators made one. Changes neither, and shares nothing with them that `add` could change. */
  merge(a: unknown, b: unknown): unknown
  /** Of an accumulator that goes on: what it gives must not change with it. */
  result(accumulator: unknown): R
  /** The result of an accumulator without values. */
  ofNone(): None
  /** The accumulator without a value that was added before: exactly as if it had never been. */
  remove?(accumulator: unknown, value: T): unknown
  /** The same with a {@link remove}, where that needs an accumulator of another kind. */
  retracting?(): Aggregate<T, R, None>
}

/** What an aggregate of your own is made of, with the accumulator's type `A` known. */
export interface AggregateParts<T, A, R> {
  readonly kind: string
  readonly create: () => A
  readonly add: (accumulator: A, value: T, timestamp: number) => A
  readonly merge: (a: A, b: A) => A
  readonly result: (accumulator: A) => R
  readonly remove?: (accumulator: A, value: T) => A
}

/** The aggregate that is made of its parts, as one of our own: nobody looks at what they give. */
export function madeOf<T, A, R>(parts: AggregateParts<T, A, R>): Aggregate<T, R, R> {
  return aggregateOf<T, A, R, R>({ ...parts, ofNone: () => parts.result(parts.create()) })
}

/**
 * As {@link madeOf}, for one that tells no values from some, or has another form for changelogs. All aggregates
 * are objects of one shape: with others a record costs more than twice as much.
 */
export function aggregateOf<T, A, R, None>({
  kind,
  create,
  add,
  merge,
  result,
  ofNone,
  remove,
  retracting,
}: AggregateParts<T, A, R> & {
  readonly ofNone: () => None
  readonly retracting?: () => Aggregate<T, R, None>
}): Aggregate<T, R, None> {
  const aggregate = { kind, create, add, merge, result, ofNone, remove, retracting }
  return aggregate as Aggregate<T, R, None>
}

/** One value that is no number would spoil the accumulator, and checkpoints would keep it. */
export function finite(value: number, kind: string): number {
  if (Number.isFinite(value)) return value
  throw unfit(value, kind, 'finite numbers')
}

/** The error for a value that an aggregate cannot take. */
export function unfit(value: unknown, kind: string, takes: string): MillraceError {
  const got = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`
  return new MillraceError('OPERATOR_FAILED', `${kind}(…) got ${got} from a record: it takes ${takes}`)
}
