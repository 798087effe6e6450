import { MillraceError } from '../errors.ts'
import { type Duration, milliseconds } from '../units.ts'

/** When a job that has failed starts again. Only failures that may pass count; any other ends the job at once. */
export type RestartStrategy =
  | {
      readonly kind: 'exponential-delay'
      readonly initialMs: number
      readonly longestMs: number
      readonly multiplier: number
      readonly jitter: number
      readonly attempts: number
    }
  | { readonly kind: 'fixed-delay'; readonly delayMs: number; readonly attempts: number }
  | {
      readonly kind: 'failure-rate'
      readonly delayMs: number
      readonly failures: number
      readonly intervalMs: number
    }
  | { readonly kind: 'none' }

/** All there are. */
const kinds: ReadonlySet<unknown> = new Set<RestartStrategy['kind']>([
  ...(['exponential-delay', 'fixed-delay', 'failure-rate', 'none'] as const),
])

/** Whether a value is what one of the functions below gives. */
export function isRestartStrategy(given: unknown): given is RestartStrategy {
  return typeof given === 'object' && given !== null && 'kind' in given && kinds.has(given.kind)
}

/**
 * Restarts after a time that grows with each attempt. This is what a job does that says nothing. (As Flink's
 * `exponential-delay`, with these differences: the time doubles, where Flink takes 1.5; up to a half of it is left out at
 * random, where Flink adds or takes a tenth; and the count begins anew with progress, not after an hour.)
 *
 * @param options.initialBackoff Before the first restart. Default `'1s'`.
 * @param options.maxBackoff The longest time. Default `'1m'`.
 * @param options.backoffMultiplier By what it grows, 1 or more. Default 2.
 * @param options.jitterFactor Up to which part of it is left out at random, from 0 to 1. Default 0.5.
 * @param options.attempts How many restarts in a row without progress there are at most: a checkpoint that holds
 *   something new is progress. Default 10; `Infinity` never gives up.
 * @throws MillraceError `JOB_INVALID` for figures that are out of range.
 * @example
 * exponentialDelay({ maxBackoff: '5m', attempts: Infinity }).kind // 'exponential-delay'
 */
export function exponentialDelay(
  options: {
    readonly initialBackoff?: Duration
    readonly maxBackoff?: Duration
    readonly backoffMultiplier?: number
    readonly jitterFactor?: number
    readonly attempts?: number
  } = {},
): RestartStrategy {
  const { initialBackoff = '1s', maxBackoff = '1m', backoffMultiplier = 2, jitterFactor = 0.5 } = options
  const { attempts = 10 } = options
  const [initialMs, longestMs] = [delay('initialBackoff', initialBackoff), delay('maxBackoff', maxBackoff)]
  if (longestMs < initialMs)
    throw new MillraceError(
      'JOB_INVALID',
      `restart: maxBackoff is '${maxBackoff}', less than initialBackoff, which is '${initialBackoff}'`,
    )
  return Object.freeze({
    kind: 'exponential-delay',
    initialMs,
    longestMs,
    multiplier: within('backoffMultiplier', backoffMultiplier, 1, Number.MAX_VALUE),
    jitter: within('jitterFactor', jitterFactor, 0, 1),
    attempts: counted('attempts', attempts),
  })
}

/**
 * Restarts after the same time always. (As Flink's `fixed-delay`, whose default of one attempt it has; but attempts count
 * from the last progress on, not from the start of the job.)
 *
 * @param options.attempts How many restarts in a row without progress there are at most. Default 1; `Infinity` never
 *   gives up.
 * @param options.delay Before each restart. Default `'1s'`.
 * @throws MillraceError `JOB_INVALID` for figures that are out of range.
 * @example
 * fixedDelay({ attempts: 3, delay: '10s' }) // { kind: 'fixed-delay', delayMs: 10_000, attempts: 3 }
 */
export function fixedDelay(
  options: { readonly attempts?: number; readonly delay?: Duration } = {},
): RestartStrategy {
  const { attempts = 1 } = options
  return Object.freeze({
    kind: 'fixed-delay',
    delayMs: delay('delay', options.delay ?? '1s'),
    attempts: counted('attempts', attempts),
  })
}

/**
 * Restarts as long as failures are rare, whether or not there is progress in between. (As Flink's `failure-rate`, with
 * its defaults.)
 *
 * @param options.maxFailuresPerInterval How many failures an interval may have: one more ends the job. Default 1.
 * @param options.failureRateInterval Failures that are further back do not count. Default `'1m'`.
 * @param options.delay Before each restart. Default `'1s'`.
 * @throws MillraceError `JOB_INVALID` for figures that are out of range.
 * @example
 * failureRate({ maxFailuresPerInterval: 5, failureRateInterval: '10m' }).kind // 'failure-rate'
 */
export function failureRate(
  options: {
    readonly maxFailuresPerInterval?: number
    readonly failureRateInterval?: Duration
    readonly delay?: Duration
  } = {},
): RestartStrategy {
  const { maxFailuresPerInterval = 1, failureRateInterval = '1m' } = options
  return Object.freeze({
    kind: 'failure-rate',
    delayMs: delay('delay', options.delay ?? '1s'),
    failures: counted('maxFailuresPerInterval', maxFailuresPerInterval),
    intervalMs: delay('failureRateInterval', failureRateInterval),
  })
}

/**
 * Never restarts: the first failure ends the job, and whoever supervises the process decides. (Flink's `none`.)
 *
 * @example
 * noRestart() // { kind: 'none' }
 */
export function noRestart(): RestartStrategy {
  return Object.freeze({ kind: 'none' })
}

/** What plans say of a strategy. */
export function restartText(strategy: RestartStrategy): string {
  switch (strategy.kind) {
    case 'exponential-delay': {
      const { initialMs, longestMs, multiplier, attempts } = strategy
      return `exponential delay from ${seconds(initialMs)} to ${seconds(longestMs)} (times ${multiplier}), ${tries(attempts)}`
    }
    case 'fixed-delay':
      return `fixed delay of ${seconds(strategy.delayMs)}, ${tries(strategy.attempts)}`
    case 'failure-rate': {
      const { delayMs, failures, intervalMs } = strategy
      return `after ${seconds(delayMs)}, unless there are more than ${failures} failures in ${seconds(intervalMs)}`
    }
    case 'none':
      return 'none'
  }
}

function tries(attempts: number): string {
  return attempts === Number.POSITIVE_INFINITY ? 'for ever' : `at most ${attempts} in a row without progress`
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}

/** As long as all the time that a `Date` can hold, to either side of 1970. */
const longestDelayMs = 8.64e15

function delay(name: string, given: Duration): number {
  let ms: number | undefined
  try {
    ms = milliseconds(given)
  } catch {
    // Said below.
  }
  if (ms !== undefined && ms <= longestDelayMs) return ms
  const got = typeof given === 'string' ? `'${(given as string).slice(0, 40)}'` : typeof given
  throw new MillraceError(
    'JOB_INVALID',
    `restart: ${name} is ${got}, not a duration with its unit such as '30s', of at most 100000000 days`,
  )
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new MillraceError(
    'JOB_INVALID',
    `restart: ${name} is ${value}, not a number from ${least} to ${most}`,
  )
}

function counted(name: string, value: number): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 0)) return value
  throw new MillraceError('JOB_INVALID', `restart: ${name} is ${value}, not a whole number of 0 or more`)
}
