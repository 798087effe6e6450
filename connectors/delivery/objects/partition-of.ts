import { MillraceError } from '../../../src/errors.ts'
import { partitionPath, partitionValues } from './partition-path.ts'
import { prefixPieces } from './prefix-expression.ts'
import { prefixPartition } from './prefix-partition.ts'
import { prefixPeriod } from './prefix-period.ts'
import { offsetIn } from './time-zone.ts'

/** How rows are spread over folders: in one way or the other. */
export interface PartitionOptions<T> {
  /**
   * The partition of a row as Hive folders: `{ year: '2001', month: '01' }` goes to `year=2001/month=01/`. Keys keep
   * their order. Without it, and without `prefix`, all files lie in the destination itself.
   */
  readonly partitionBy?: (row: NoInfer<T>) => Readonly<Record<string, string>>
  /**
   * The folder of a row as a prefix of Firehose, which ends with `/`: `'!{timestamp:yyyy/MM/dd}/!{partitionKeyFromQuery:region}/'`.
   * Times are the event time of each row. A prefix without a time gets `!{timestamp:yyyy/MM/dd/HH}/` at its end.
   */
  readonly prefix?: string
  /** Whose clock the times of `prefix` show, such as `'Europe/Berlin'`. Default `'UTC'`. */
  readonly timeZone?: string
  /** The values of `!{partitionKeyFromQuery:…}` and `!{partitionKeyFromLambda:…}`. */
  readonly partitionKeys?: (row: NoInfer<T>) => Readonly<Record<string, string>>
  /** Says that the rows are records that failed: the value of `!{firehose:error-output-type}`. */
  readonly errorOutputType?: (row: NoInfer<T>) => string
  /**
   * When a partition is complete: as soon as no record with an earlier time is expected, a manifest of its files is
   * published in its folder as `_SUCCESS`. `'prefix-time'` is the end of the hour or day that the times of `prefix` name;
   * a function gives it for what `partitionBy` gave, in milliseconds since 1970. Default: never.
   */
  readonly completeAt?: 'prefix-time' | ((partition: Readonly<Record<string, string>>) => number)
}

/** Where rows go, and until when rows go there. */
export interface Partitioning<T> {
  /** Where the names of a row's files begin, without a slash at the end. */
  readonly of: (row: T, timestamp: number) => string
  /** When the partition of a row is complete, in milliseconds since 1970. */
  readonly endOf: ((partition: string, timestamp: number) => number) | undefined
}

/**
 * Decides about partitions as the options say.
 *
 * @throws MillraceError `OPTION_INVALID` for options that do not go together, or a prefix or zone that cannot be.
 */
export function partitioning<T>(options: PartitionOptions<T>): Partitioning<T> {
  const { partitionBy, prefix, timeZone, partitionKeys, errorOutputType, completeAt } = options
  if (prefix === undefined) {
    const given = Object.entries({ timeZone, partitionKeys, errorOutputType }).find(([, value]) => value)
    if (given !== undefined) throw invalid(`${given[0]} needs a prefix`)
    if (completeAt === 'prefix-time') throw invalid("completeAt: 'prefix-time' needs a prefix")
    const of = partitionBy === undefined ? () => '' : (row: T) => partitionPath(partitionBy(row))
    return { of, endOf: completeAt && ((partition) => completeAt(partitionValues(partition))) }
  }
  if (partitionBy !== undefined) throw invalid('there is both `prefix` and `partitionBy`: keep one of them')
  if (typeof completeAt === 'function') {
    throw invalid("completeAt is a function, which needs `partitionBy`: with a prefix it is 'prefix-time'")
  }
  const offsetAt = offsetIn(timeZone ?? 'UTC')
  const of = prefixPartition({ prefix, offsetAt, partitionKeys, errorOutputType })
  const setting = { hasKeys: partitionKeys !== undefined, ofErrors: errorOutputType !== undefined }
  const endOf = completeAt && prefixPeriod(prefix, prefixPieces(prefix, setting), offsetAt)
  return { of, endOf: endOf && ((_, timestamp) => endOf(timestamp)) }
}

function invalid(happened: string): MillraceError {
  return new MillraceError('OPTION_INVALID', happened)
}
