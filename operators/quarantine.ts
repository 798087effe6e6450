import { MillraceError } from '../src/errors.ts'
import { givenChoice } from '../src/graph/given-choice.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import { givenText } from '../src/graph/given-text.ts'
import { operatorOn } from '../src/graph/operator-step.ts'
import type { Key } from '../src/state/key.ts'
import { type KeyedStream, pipeable, type Step } from '../src/stream.ts'
import { bytes, type Size } from '../src/units.ts'
import { checkKeyed } from './keyed/keyed-step.ts'
import { QuarantineOperator } from './quarantine/quarantine-operator.ts'

/** What {@link quarantine} is told. */
export interface QuarantineOptions {
  /** So many records of one key are parked at most. Default 10,000. */
  readonly perKey?: number
  /** So much is parked at most, of all keys together, as checkpoints hold it. Default `'64MiB'`. */
  readonly inAll?: Size
  /**
   * What happens if something is parked when the input has ended. `'fail'` (default) ends the job with
   * `QUARANTINE_NOT_EMPTY`, after a checkpoint: it goes on from there when that is retried or dropped. `'keep'` finishes
   * the job without it; the last checkpoint has it.
   */
  readonly atEnd?: 'fail' | 'keep'
}

/**
 * Parks a record that the steps after this one fail on, and all later records of its key, in their order, while other keys
 * go on. What the steps have done for the record is undone. `millrace quarantine` shows what is parked, and lets it be
 * retried or dropped: what is retried goes on in order, before later records of the key.
 *
 * It watches over what follows up to a sink, a union, a side output, a branch, `asyncMap` or another `quarantine`; a window
 * or timer that fails in its time is no record, and is none of its business. What comes back after its window has closed
 * is late there.
 *
 * @param name Keeps what is parked in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError while running `QUARANTINE_FULL` when more would be parked than the options allow, and
 *   `STATE_INVALID` for a record that is no plain data and would have to be parked.
 * @example
 * const charges = (orders: KeyedStream<string, { cents: string }>) =>
 *   orders.pipe(
 *     quarantine('parked', { perKey: 1_000 }),
 *     process('charges', {
 *       state: { total: valueState(0n) },
 *       *onRecord({ cents }, { key, state }) {
 *         state.total.value += BigInt(cents)
 *         yield { customer: key, total: state.total.value }
 *       },
 *     }),
 *   )
 */
export function quarantine<K = Key, T = unknown>(
  name: string,
  options: QuarantineOptions = {},
): Step<KeyedStream<K, T>, KeyedStream<K, T>> {
  const {
    perKey = 10_000,
    inAll = '64MiB',
    atEnd = 'fail',
  } = givenOptions(options, `the options of quarantine(…) "${name}"`)
  givenChoice(atEnd, ['fail', 'keep'], `quarantine(…): atEnd of "${name}"`)
  if (!Number.isSafeInteger(perKey) || perKey < 1)
    throw invalid(`perKey of "${name}" is ${givenText(perKey)}, not a whole number from 1`)
  const limits = { perKey, inAllBytes: sizeOf(inAll, name), atEnd }
  return (upstream) => {
    checkKeyed(upstream.keySelector, { verb: 'quarantine', name })
    // From here on the types of keys and values are the caller's promise.
    const keySelector = upstream.keySelector as unknown as (value: unknown) => Key
    const { outlet } = operatorOn<T, T>(upstream, {
      verb: 'quarantine',
      name,
      detail: `${perKey} a key, ${inAll} in all`,
      catches: true,
      create: (context, restored) => new QuarantineOperator(keySelector, limits, context, restored),
    })
    return pipeable({ outlet, keySelector: upstream.keySelector })
  }
}

function sizeOf(size: Size, name: string): number {
  try {
    return bytes(size)
  } catch (cause) {
    throw invalid(`inAll of "${name}": ${(cause as RangeError).message}`, cause)
  }
}

function invalid(happened: string, cause?: unknown): MillraceError {
  return new MillraceError('JOB_INVALID', `quarantine(…): ${happened}`, { cause })
}
