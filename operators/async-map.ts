import { MillraceError } from '../src/errors.ts'
import { givenDuration } from '../src/graph/given-duration.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { AsyncOperator, type AsyncPolicy } from './async/async-operator.ts'
import type { AsyncFunction } from './async/call.ts'

/** How many calls are made at once, and what happens to those that fail. */
export interface AsyncMapOptions {
  /** How many calls are under way at the most. Default 100. */
  readonly concurrency?: number
  /**
   * Whether results come in the order of their records (default). Without it one comes as soon as it is there, but
   * never passes a watermark: event time stays right either way.
   */
  readonly ordered?: boolean
  /** How long one attempt may take. After it the `signal` of the call is aborted. Default `'30s'`. */
  readonly timeout?: Duration
  /**
   * How often a call is made that fails or takes too long (`attempts`, default 1), and how long to wait before the
   * second attempt (`backoff`, default `'100ms'`). Before each further one it is twice as long, up to a minute, and
   * between half and all of it, by chance.
   */
  readonly retry?: { readonly attempts: number; readonly backoff?: Duration }
}

/**
 * Turns each record into what an asynchronous function makes of it, such as the answer of a service. The event time
 * stays, and watermarks wait for the records before them. Reading waits while as many records as `concurrency` are in
 * flight, but those of one fetch are taken in together. A checkpoint waits until nothing is in flight, so that each
 * record's result comes once; the call itself may be made again after a restart. A replay gives the same results only
 * if the function does. (As Flink's `AsyncDataStream.orderedWaitWithRetry` and `unorderedWaitWithRetry`.)
 *
 * A call that fails for the last time is a failure of its record: see `onError` of the job. `eventTime` must come
 * before this step.
 *
 * @param ask Called with the record and `{ signal, attempt }`.
 * @throws MillraceError `JOB_INVALID` for options that make no sense; `CALL_TIMED_OUT` while running.
 * @example
 * const withPrice = asyncMap(
 *   async (order: { sku: string }, { signal }) => {
 *     const response = await fetch(`https://prices.example/${order.sku}`, { signal })
 *     return { ...order, cents: Number(await response.text()) }
 *   },
 *   { concurrency: 50, timeout: '5s', retry: { attempts: 3 } },
 * )
 */
export function asyncMap<T, R>(
  ask: AsyncFunction<T, R>,
  options: AsyncMapOptions = {},
): Step<Stream<T>, Stream<R>> {
  const { concurrency = 100, ordered = true, timeout = '30s', retry = { attempts: 1 } } = options
  const policy: AsyncPolicy = {
    ...{ concurrency, ordered, timeoutMs: givenDuration(timeout, 'the timeout of asyncMap(…)') },
    ...{
      attempts: retry.attempts,
      backoffMs: givenDuration(retry.backoff ?? '100ms', 'the retry.backoff of asyncMap(…)'),
    },
  }
  check(policy)
  if (typeof ask !== 'function')
    throw new MillraceError('JOB_INVALID', `asyncMap(…): the function is ${typeof ask}, not a function`)
  const order = ordered ? 'in order' : 'as they answer'
  return operatorStep<T, R>({
    verb: 'asyncMap',
    detail: `${concurrency} at once, ${order}, timeout ${timeout}; a replay repeats it only if the function does`,
    detached: true,
    create: (context) => new AsyncOperator(ask, policy, context),
  })
}

function check({ concurrency, attempts, timeoutMs }: AsyncPolicy): void {
  const wrong =
    (!isCount(concurrency) && `concurrency is ${concurrency}, not a whole number from 1`) ||
    (!isCount(attempts) && `retry.attempts is ${attempts}, not a whole number from 1`) ||
    (timeoutMs <= 0 && 'timeout must be more than 0')
  if (wrong) throw new MillraceError('JOB_INVALID', `asyncMap(…): ${wrong}`)
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1
}
