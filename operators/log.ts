import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/** What is told of the records that pass. */
export interface LogOptions<T> {
  /** One record of so many is told of, beginning with the first. Default 1. */
  readonly every?: number
  /** What the log may have of a record. Default: nothing, only how many have passed. */
  readonly show?: (value: T) => string | number | boolean
}

/** A text that is longer is cut: a log is no place for a record of a megabyte. */
const longestShown = 200

/**
 * Writes records that pass to the log of the run, with how many there were since it began. Nothing of a record is
 * shown unless `show` says so. (As Flink's `print`, which shows all.)
 *
 * @param label Begins the line.
 * @throws MillraceError `JOB_INVALID` if `every` is not a whole number from 1, or `show` async.
 * @example
 * log('paid', { every: 1000, show: (order: { id: string }) => order.id })
 */
export function log<T>(label: string, options: LogOptions<T> = {}): Step<Stream<T>, Stream<T>> {
  const { every = 1, show } = options
  if (!Number.isInteger(every) || every < 1)
    throw new MillraceError('JOB_INVALID', `log(…): every is ${every}, not a whole number from 1`)
  if (typeof label !== 'string')
    throw new MillraceError('JOB_INVALID', `log(…): the label is ${String(label)}, not a text`)
  if (show !== undefined) givenFunction(show, 'log', 'show')
  return operatorStep<T, T>({
    verb: 'log',
    detail: `${label}, one of ${every}`,
    create: ({ emit, log }) => {
      let records = 0
      return {
        process: (value, timestamp) => {
          if (records % every === 0) log.info(label, { record: records + 1, ...shown(show?.(value)) })
          records += 1
          emit(value, timestamp)
        },
      }
    },
  })
}

function shown(value: string | number | boolean | undefined): { readonly shows?: string | number | boolean } {
  if (value === undefined) return {}
  const tooLong = typeof value === 'string' && value.length > longestShown
  return { shows: tooLong ? `${value.slice(0, longestShown)}…` : value }
}
