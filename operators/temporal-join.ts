import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import { type LateOption, lateSide } from './joins/late-record.ts'
import { type Combine, givenLookupKind, type LookupKind, type Partner } from './joins/pairing.ts'
import { VersionLogic } from './joins/version-logic.ts'
import { forgettingIdle, type IdleOption } from './keyed/idle-keys.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'

/** What the other stream says, and which rows give a result. */
export interface TemporalJoinOptions<L, R, V, J extends LookupKind = LookupKind>
  extends LateOption<L | R>,
    IdleOption {
  /**
   * What a record of the other stream says is valid from its time on; `undefined` for nothing, as after a deletion.
   * Default: the record itself.
   */
  readonly version?: (record: R) => V | undefined
  /** `left` also gives rows without a valid version, with `undefined` in its place. Default `'inner'`. */
  readonly kind?: J
}

/**
 * Joins each row with the version that another stream had for its key at the row's time: the latest one of that time
 * or before. A row waits until the watermark has passed its time, so the version is the right one however the two
 * streams run, and comes out at its own time. Of two versions of one key at one time the one that comes later is valid.
 * (As Flink SQL's temporal join by event time.)
 *
 * Of each key, the version that is valid now is kept until another takes its place, or the key is forgotten by `idle`; earlier ones are
 * dropped.
 *
 * @param name Keeps versions and waiting rows in checkpoints.
 * @param versions Keyed by the same type.
 * @throws MillraceError while running, `RECORD_LATE` for a row or a version behind the watermark, unless `late` names an
 *   output for it.
 * @example
 * const inEuros = (
 *   orders: KeyedStream<string, { currency: string; amount: number }>,
 *   rates: KeyedStream<string, { currency: string; euros: number }>,
 * ) => orders.pipe(temporalJoin('euros', rates, {}, (order, rate) => order.amount * rate.euros))
 */
export function temporalJoin<
  K = Key,
  L = unknown,
  R = unknown,
  Out = unknown,
  J extends LookupKind = 'inner',
  V = R,
>(
  name: string,
  versions: KeyedStream<NoInfer<K>, R>,
  options: TemporalJoinOptions<NoInfer<L>, NoInfer<R>, V, J>,
  combine: (left: NoInfer<L>, version: Partner<J, NoInfer<V>>) => Out,
): Step<KeyedStream<K, L>, Stream<Out>> {
  const { version = (record: R) => record } = givenOptions(
    options,
    `the options of temporalJoin(…) "${name}"`,
  )
  const kind = givenLookupKind(options.kind, `temporalJoin(…): kind of "${name}"`)
  givenFunction(version, 'temporalJoin', `version of "${name}"`)
  givenFunction(combine, 'temporalJoin', `combine of "${name}"`)
  const sides = lateSide(options, 'temporalJoin')
  // From here on the types of rows are the caller's promise.
  const versioning = { kind, versionOf: version as (record: unknown) => unknown, combine: combine as Combine }
  const forgetting = forgettingIdle(options, 2, `temporalJoin(…): idle of "${name}"`)
  return (upstream) =>
    keyedOperatorOn<Out>([upstream, versions], {
      verb: 'temporalJoin',
      name,
      detail: `${kind}, the version of the row's time`,
      sides,
      logic: () => forgetting(new VersionLogic(versioning)),
    })
}
