import { MillraceError } from '../../../src/errors.ts'
import { partitionPath } from './partition-path.ts'
import { prefixPartition } from './prefix-partition.ts'
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
}

/**
 * Where the names of a row's files begin, without a slash at the end.
 *
 * @throws MillraceError `OPTION_INVALID` for options that do not go together, or a prefix or zone that cannot be.
 */
export function partitionOf<T>(options: PartitionOptions<T>): (row: T, timestamp: number) => string {
  const { partitionBy, prefix, timeZone, partitionKeys, errorOutputType } = options
  if (prefix === undefined) {
    const given = Object.entries({ timeZone, partitionKeys, errorOutputType }).find(([, value]) => value)
    if (given !== undefined) throw new MillraceError('OPTION_INVALID', `${given[0]} needs a prefix`)
    return partitionBy === undefined ? () => '' : (row) => partitionPath(partitionBy(row))
  }
  if (partitionBy !== undefined) {
    throw new MillraceError('OPTION_INVALID', 'there is both `prefix` and `partitionBy`: keep one of them')
  }
  return prefixPartition({ prefix, offsetAt: offsetIn(timeZone ?? 'UTC'), partitionKeys, errorOutputType })
}
