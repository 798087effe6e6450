import type { AwsConnection } from '../../src/contract/aws-connection.ts'
import type { EncodedRow, RequestDestination } from '../../src/contract/request-destination.ts'
import type { SinkDescription } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import { storedItem } from './attribute-value.ts'
import { openTable } from './open-table.ts'

/** Where items go. */
export interface DynamoTableOptions<in T> extends AwsConnection {
  readonly table: string
  /** The name of the partition key, and of the sort key if the table has one. */
  readonly key: readonly [partition: string, sort?: string]
  /** The item of a row, with its key. Default: the row. */
  readonly item?: (row: T) => object
  /**
   * The attribute that says which version of its item a row is: a number that grows. An item is never replaced by one with
   * the same or a lower number.
   */
  readonly version?: string
  /** Instead of a key of the row: puts the id of the record into the partition key, so that each row is an item of its own. */
  readonly keyIsRecordId?: boolean
}

/**
 * A table of DynamoDB. Each row is put as an item, and takes the place of the one with its key.
 *
 * With `version`, a put is conditional on a lower number, so that puts which come again, or late, change nothing: each row
 * has its effect exactly once. With `keyIsRecordId` an item is created only if it is not there: exactly once, too. Without
 * either the items are right in the end, but after a failure older rows are put again before newer ones.
 *
 * Needs the package `@aws-sdk/client-dynamodb`, and `dynamodb:PutItem` on the table.
 *
 * @throws MillraceError `OPTION_INVALID` for options that make no sense; while running, if there is no such table.
 * @example
 * const totals = dynamoTable({ table: 'totals', key: ['customer', 'minute'], version: 'orders' })
 * totals.description.guarantee // 'exactly-once'
 */
export function dynamoTable<T>(options: DynamoTableOptions<T>): RequestDestination<T> {
  const { table, key, version, keyIsRecordId = false } = options
  if (typeof table !== 'string' || table === '') throw invalid('`table` is no name')
  if (
    !Array.isArray(key) ||
    key.length < 1 ||
    key.length > 2 ||
    key.some((name) => typeof name !== 'string' || name === '')
  )
    throw invalid('`key` must name one or two attributes')
  if (version !== undefined && keyIsRecordId) throw invalid('an item of its own has no versions')
  return {
    kind: 'requests',
    description: { kind: 'dynamodb', detail: `table ${table}`, ...promise(options) },
    limits: { records: 100, bytes: 4 * 2 ** 20, recordBytes: 2 ** 20 },
    buffer: { size: '1MiB', interval: '1s' },
    // What no version orders must not overtake each other.
    atOnce: version === undefined && !keyIsRecordId ? 1 : 4,
    encode: (row) => encoded(row, options),
    open: (context) => openTable(options, context),
  }
}

function promise<T>({
  version,
  keyIsRecordId,
}: DynamoTableOptions<T>): Pick<SinkDescription, 'guarantee' | 'because'> {
  if (version !== undefined)
    return { guarantee: 'exactly-once', because: `an item is replaced only by one with a higher ${version}` }
  if (keyIsRecordId)
    return { guarantee: 'exactly-once', because: 'an item has the id of its record and is created only once' }
  return {
    guarantee: 'at-least-once',
    because: 'an item is replaced by its key; after a failure older rows are put again before newer ones',
  }
}

function encoded<T>(row: T, { item, key, version, keyIsRecordId }: DynamoTableOptions<T>): EncodedRow {
  const made = item === undefined ? row : item(row)
  if (typeof made !== 'object' || made === null) throw new TypeError('an item must be an object')
  const stored = storedItem(made)
  for (const name of keyIsRecordId ? key.slice(1) : key)
    if (name !== undefined && stored[name] === undefined)
      throw new TypeError(`the item has no "${name}", which is in its key`)
  if (version !== undefined && !('N' in (stored[version] ?? {})))
    throw new TypeError(`the version "${version}" of an item is no number`)
  return { data: Buffer.from(JSON.stringify(stored)) }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `dynamoTable(…): ${message}`)
}
