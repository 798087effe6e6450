import type { Change } from '../src/contract/change.ts'
import { MillraceError } from '../src/errors.ts'
import { givenChoice } from '../src/graph/given-choice.ts'
import { givenDuration } from '../src/graph/given-duration.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import { type KeyedStream, type SinkHandle, type Step, type Stream, streamAt } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { KeptChanges } from './deduplicate/kept-changes.ts'
import { KeptOnce } from './deduplicate/kept-once.ts'
import { forgettingIdle, type IdleOption } from './keyed/idle-keys.ts'
import type { KeyedLogic } from './keyed/keyed-logic.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'
import { type Comparator, totalOrder } from './orders.ts'

/** The first record of each key, or of each group, as soon as no earlier one can come. */
export interface KeepFirst<T> extends FinalOptions<T> {
  readonly keep: 'first'
  /**
   * How long a group lasts: it begins with a record that is in no other, and holds what comes less than this after it.
   * Without it, all records of a key are one group, and every key is kept for ever.
   */
  readonly within?: Duration
}

/** The last record of each group, once the group is over. */
export interface KeepLast<T> extends FinalOptions<T> {
  readonly keep: 'last'
  readonly within: Duration
}

interface FinalOptions<T> extends Ties<T> {
  readonly emit?: 'final'
  /** What becomes of late records, of which nobody can say whether they would have been kept. Default: an error. */
  readonly late?: (late: Stream<T>) => SinkHandle
}

/** The first or last record of each key so far, at once, and corrected when one comes that is earlier or later. */
export interface KeepChanges<T> extends Ties<T>, IdleOption {
  readonly keep: 'first' | 'last'
  readonly emit: 'changes'
}

interface Ties<T> {
  /** The order of records of the same time, the earlier one first. Default: by content. */
  readonly ties?: Comparator<T>
}

/** What {@link deduplicate} is told. */
export type DeduplicateOptions<T> = KeepFirst<T> | KeepLast<T> | KeepChanges<T>

/**
 * Keeps one record of each key: the first or the last by event time, whatever the order in which they came.
 *
 * By default a record goes on once event time is complete, so that it is never taken back; so `keep: 'last'` needs a
 * `within`, after which a group is over. `emit: 'changes'` tells at once, and corrects. (Flink's deduplication on
 * event time gives changes for the last record, and either for the first; letting the first to *arrive* through at once
 * is not offered, since a replay could let another one through.)
 *
 * The event time of a last record that goes on is the last instant of its group.
 *
 * @param name Keeps what has been seen in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError while running `RECORD_LATE` for a late record, unless `late` names an output or `emit` is
 *   `'changes'`, to which nothing is late.
 * @example
 * const once = (payments: KeyedStream<string, { id: string }>) =>
 *   payments.pipe(deduplicate('once', { keep: 'first', within: '1d' }))
 */
export function deduplicate<K = Key, T = unknown>(
  name: string,
  options: KeepChanges<NoInfer<T>>,
): Step<KeyedStream<K, T>, Stream<Change<K, T>>>
export function deduplicate<K = Key, T = unknown>(
  name: string,
  options: KeepFirst<NoInfer<T>> | KeepLast<NoInfer<T>>,
): Step<KeyedStream<K, T>, Stream<T>>
export function deduplicate<K, T>(
  name: string,
  options: DeduplicateOptions<T>,
): Step<KeyedStream<K, T>, Stream<unknown>> {
  givenOptions(options, `the options of deduplicate(…) "${name}"`)
  const logic = logicOf(name, options)
  const late = options.emit === 'changes' ? undefined : options.late
  if (late !== undefined) givenFunction(late, 'deduplicate', 'late')
  return (upstream) =>
    keyedOperatorOn([upstream], {
      verb: 'deduplicate',
      name,
      detail: detailOf(options),
      sides: late === undefined ? {} : { late: (outlet) => late(streamAt<T>(outlet)).sink },
      logic,
    })
}

function logicOf<T>(name: string, options: DeduplicateOptions<T>): () => KeyedLogic<unknown> {
  const { keep, ties, emit = 'final' } = options
  givenChoice(keep, ['first', 'last'], `deduplicate(…): keep of "${name}"`)
  givenChoice(emit, ['final', 'changes'], `deduplicate(…): emit of "${name}"`)
  if (ties !== undefined) givenFunction(ties, 'deduplicate', `ties of "${name}"`)
  const order = totalOrder(ties === undefined ? [] : [ties]) as Comparator<unknown>
  if (options.emit === 'changes') {
    const forgetting = forgettingIdle(options, 1, `deduplicate(…): idle of "${name}"`)
    return () => forgetting(new KeptChanges(keep, order))
  }
  const what = `deduplicate(…): within of "${name}"`
  if (keep === 'last' && options.within === undefined)
    throw new MillraceError('JOB_INVALID', `${what} is missing: the last of all records is never known`)
  const withinMs =
    options.within === undefined ? Number.POSITIVE_INFINITY : givenDuration(options.within, what)
  if (withinMs <= 0) throw new MillraceError('JOB_INVALID', `${what} must be more than 0`)
  return () => new KeptOnce(keep, withinMs, order) as KeyedLogic<unknown>
}

function detailOf<T>(options: DeduplicateOptions<T>): string {
  if (options.emit === 'changes') return `${options.keep}, as changes`
  return options.within === undefined ? options.keep : `${options.keep} within ${options.within}`
}
