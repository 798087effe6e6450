import type { Change } from '../../src/contract/change.ts'
import { MillraceError } from '../../src/errors.ts'
import { givenDuration } from '../../src/graph/given-duration.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { givenOptions } from '../../src/graph/given-options.ts'
import type { Key } from '../../src/state/key.ts'
import type { Step, Stream } from '../../src/stream.ts'
import type { Duration } from '../../src/units.ts'
import { canonicalText } from '../aggregates/canonical-text.ts'
import { type LateOption, lateSide } from '../joins/late-record.ts'
import { keyBy } from '../key-by.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import { type Holding, SuppressChangesLogic } from './suppress-changes-logic.ts'

/** Until when the changes of a row are held back. */
export type SuppressChangesOptions<K, V> = HeldAfter | HeldUntil<K, V>

interface HeldAfter {
  /** How long, in event time, from the first change of a row on that is held back. Nothing is late then. */
  readonly after: Duration
}

interface HeldUntil<K, V> extends LateOption<Change<K, V>> {
  /**
   * The last instant at which the row may change, in milliseconds since 1970; of a row that is gone, as it was. A change of
   * a later time is late.
   */
  readonly until: (row: V) => number
}

/**
 * Holds the changes of each row back, and lets what they come to pass as one change; nothing, if it is no change. With
 * `until`, rows are final when they pass. The event time of a change is the instant up to which it was held; at the end of
 * the input all pass. (As Kafka Streams' `suppress`, `untilTimeLimit` with `after` and `untilWindowCloses` with `until`,
 * without a buffer that could be full. For results of windows, which are no changes, see {@link suppress}.)
 *
 * @param name Keeps what is held back in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError `JOB_INVALID` if `after` is no time; while running `RECORD_LATE` for a change that comes after
 *   `until`, unless `late` names an output for it, and `OPERATOR_FAILED` if `until` gives no time.
 * @example
 * const hourly = (totals: Stream<Change<string, { cents: number }>>) => totals.pipe(suppressChanges('hourly', { after: '1h' }))
 */
export function suppressChanges<K = Key, V = unknown>(
  name: string,
  options: SuppressChangesOptions<NoInfer<K>, NoInfer<V>>,
): Step<Stream<Change<K, V>>, Stream<Change<K, V>>> {
  givenOptions(options, `the options of suppressChanges(…) "${name}"`)
  const holding = holdingOf(name, options)
  const sides = 'after' in options ? {} : lateSide(options, 'suppressChanges')
  return (changes) =>
    keyedOperatorOn<Change<K, V>>([keyBy(({ key }: Change<K, V>) => plainKey(key))(changes)], {
      verb: 'suppressChanges',
      name,
      detail: 'after' in options ? `for ${options.after}` : 'until a time of the row',
      sides,
      logic: () => new SuppressChangesLogic(holding) as KeyedLogic<unknown>,
    })
}

function holdingOf<K, V>(name: string, options: SuppressChangesOptions<K, V>): Holding {
  if ('until' in options) {
    givenFunction(options.until, 'suppressChanges', `until of "${name}"`)
    return { until: options.until as (row: unknown) => number }
  }
  const afterMs = givenDuration(options.after, `suppressChanges(…): after of "${name}"`)
  if (afterMs > 0) return { afterMs }
  throw new MillraceError('JOB_INVALID', `suppressChanges(…): "after" of "${name}" must be more than 0`)
}

/** Some changes have a key of several parts, such as a rank. */
function plainKey(key: unknown): Key {
  return typeof key === 'object' ? canonicalText(key) : (key as Key)
}
