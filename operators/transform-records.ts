import { MillraceError } from '../src/errors.ts'
import { givenDuration } from '../src/graph/given-duration.ts'
import { operatorOn } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import type { CallContext } from './async/call.ts'
import type { ProcessingFailure, TransformRecord, TransformResult } from './async/transform-batch.ts'
import { TransformOperator } from './async/transform-operator.ts'
import { type StreamWithSides, withSides } from './process/process-step.ts'

/** How records are handed over, and what happens to those that fail. */
export interface TransformOptions {
  /** How many records one call gets at the most. Default 500. */
  readonly batch?: number
  /** How often a call is made that throws, takes too long, or does not answer for each record. Default 3. */
  readonly attempts?: number
  /** How long to wait before the second attempt; before each further one twice as long, up to a minute. Default `'100ms'`. */
  readonly backoff?: Duration
  /** How long one attempt may take. Default `'5m'`. */
  readonly timeout?: Duration
  /** How many calls are under way at the most. Default 4. */
  readonly concurrency?: number
}

/** The function of {@link transformRecords}: gives a result for each record, in any order. */
export type TransformFunction<T, R> = (
  records: readonly TransformRecord<T>[],
  context: CallContext,
) => readonly TransformResult<R>[] | PromiseLike<readonly TransformResult<R>[]>

/**
 * Hands records over in batches and goes on with what is made of them, as Amazon Data Firehose does with a Lambda function.
 * For each `recordId` the function gives `'Ok'` with a value, `'Dropped'`, or `'ProcessingFailed'`. Records keep their order
 * and their event time; a batch has records of one fetch, and none waits for more.
 *
 * A batch for which the function throws, or does not answer for each record once, is tried again, then cut in halves until the
 * records that it fails for are alone. Those, and the ones with `'ProcessingFailed'`, leave by the side output `failed` in
 * Firehose's form; if nothing reads it, they are failures of their records: see `onError` of the job.
 *
 * A checkpoint waits until nothing is in flight, so that each result comes once; the function may be called again after a
 * restart.
 *
 * @throws MillraceError `JOB_INVALID` for options that make no sense.
 * @example
 * const withCountry = (clicks: Stream<{ ip: string }>) =>
 *   clicks.pipe(
 *     transformRecords(async (records, { signal }) => {
 *       const body = JSON.stringify(records.map(({ value }) => value.ip))
 *       const response = await fetch('https://geo.example', { method: 'POST', body, signal })
 *       const countries = (await response.json()) as (string | null)[]
 *       return records.map(({ recordId, value }, index) => {
 *         const country = countries[index]
 *         return country == null
 *           ? { recordId, result: 'Dropped' }
 *           : { recordId, result: 'Ok', value: { ...value, country } }
 *       })
 *     }),
 *   )
 */
export function transformRecords<T, R>(
  transform: TransformFunction<T, R>,
  options: TransformOptions = {},
): Step<Stream<T>, StreamWithSides<R, { failed: ProcessingFailure }>> {
  const { batch = 500, attempts = 3, concurrency = 4, timeout = '5m', backoff = '100ms' } = options
  if (typeof transform !== 'function')
    throw new MillraceError(
      'JOB_INVALID',
      `transformRecords(…): the function is ${typeof transform}, not a function`,
    )
  for (const [name, count] of Object.entries({ batch, attempts, concurrency }))
    if (!Number.isInteger(count) || count < 1)
      throw new MillraceError(
        'JOB_INVALID',
        `transformRecords(…): ${name} is ${count}, not a whole number from 1`,
      )
  const timeoutMs = givenDuration(timeout, 'the timeout of transformRecords(…)', 1)
  const backoffMs = givenDuration(backoff, 'the backoff of transformRecords(…)')
  const policy = { batch, concurrency, call: { attempts, timeoutMs, backoffMs } }
  return (upstream) => {
    const main = operatorOn<T, R>(upstream, {
      verb: 'transformRecords',
      detail: `${batch} in a batch, ${concurrency} at once; a replay repeats it only if the function does`,
      detached: true,
      create: (context) => new TransformOperator(transform, policy, context),
    })
    return withSides(main, ['failed'])
  }
}
