import { MillraceError } from '../../src/errors.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf, finite } from './definition.ts'
import { counted, emptySketch, mergedSketches, quantilesOf, type Sketch } from './quantile-sketch.ts'

/** How exact quantiles are. */
export interface QuantileOptions {
  /** By which share of itself a result may be wrong. Default 0.01. */
  readonly relativeError?: number
}

/**
 * The numbers below which these shares of a number of each value lie, such as 0.5 for the median. Each is within one
 * percent of the number that stands at that place (DDSketch), whatever the numbers; a few hundred counters hold it. The
 * same values always give the same results.
 *
 * @param shares From 0 to 1, ascending.
 * @throws MillraceError `JOB_INVALID` for other shares, or an error that is not between 0.0001 and 0.5.
 * @example
 * quantiles((request: { ms: number }) => request.ms, [0.5, 0.95, 0.99])
 */
export function quantiles<T>(
  of: (value: T) => number,
  shares: readonly number[],
  { relativeError = 0.01 }: QuantileOptions = {},
): Aggregate<T, number[], undefined> {
  givenFunction(of, 'quantiles')
  const wrong = shares.some((share, index) => !(share >= (shares[index - 1] ?? 0) && share <= 1))
  if (wrong || shares.length === 0) throw invalid('shares from 0 to 1 that ascend', shares)
  if (!(relativeError >= 0.0001 && relativeError <= 0.5)) {
    throw invalid('a relative error between 0.0001 and 0.5', relativeError)
  }
  const growth = (1 + relativeError) / (1 - relativeError)
  const kind = `quantiles ±${relativeError * 100} %`
  return aggregateOf<T, Sketch, number[], undefined>({
    kind,
    create: emptySketch,
    add: (sketch, value) => counted(sketch, growth, finite(of(value), 'quantiles'), 1),
    remove: (sketch, value) => counted(sketch, growth, finite(of(value), 'quantiles'), -1),
    merge: mergedSketches,
    result: (sketch) => (sketch.counted === 0 ? undefined! : quantilesOf(sketch, growth, shares)),
    ofNone: () => undefined,
  })
}

function invalid(takes: string, got: unknown): MillraceError {
  return new MillraceError('JOB_INVALID', `quantiles takes ${takes}, not ${JSON.stringify(got)}`)
}
