import { destinationUrl } from '../../src/contract/http.ts'
import type { Json } from '../../src/contract/json.ts'
import type { EncodedRow, RequestDestination } from '../../src/contract/request-destination.ts'
import type { SinkDescription } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import type { AwsAuth } from './aws-signature.ts'
import type { DocumentNotes } from './bulk-request.ts'
import { checkIndexName, type IndexRotation } from './index-name.ts'
import { openBulk } from './open-bulk.ts'

/** Where documents go. */
export interface OpenSearchOptions<in T> {
  /** Of the cluster, with a path if it has one; messages show its origin alone. */
  readonly url: string
  /** The name of the index, or of each row; without rotation also that of an alias or data stream. */
  readonly index: string | ((row: T) => string)
  /** Whether names of indexes end in the event time of the records, in UTC. Default `'none'`. */
  readonly rotate?: IndexRotation
  /** The document of a row. Default: the row. */
  readonly document?: (row: T) => object
  /** The id of a document, at most 512 bytes: a later row with the same id takes the place of an earlier one. Default: one of each record. */
  readonly id?: (row: T) => string
  /** With `id`: a whole number from 0 that grows with each version of a document. A row never replaces one with a higher number. */
  readonly version?: (row: T) => number
  /** A user and a password, or how requests are signed for AWS. Secrets are shown nowhere. */
  readonly auth?: { readonly username: string; readonly password: string } | AwsAuth
  /** Headers of each request, such as an API key; asked for each time. Their values are shown nowhere. */
  readonly headers?: () => Readonly<Record<string, string>>
}

/**
 * An index of OpenSearch or Elasticsearch, written with `_bulk`.
 *
 * Each document has an id that follows from its record and is created only if it is not there: a request that comes again
 * changes nothing, so each record shows exactly once. With ids of your own, rows with the same id overwrite each other;
 * with `version`, never in the wrong order.
 *
 * Documents that the index refuses, such as those whose fields do not fit the mapping, go to the error output of the sink;
 * those that it has no room for at the moment (429) are sent again, alone.
 *
 * @throws MillraceError `OPTION_INVALID` for options that make no sense.
 * @example
 * const orders = openSearch({
 *   url: 'https://search.example:9200',
 *   index: 'orders',
 *   rotate: 'day',
 *   auth: { username: 'millrace', password: 'from-a-secret-store' },
 * })
 * orders.description.guarantee // 'exactly-once'
 */
export function openSearch<T>(options: OpenSearchOptions<T>): RequestDestination<T> {
  const { index, rotate = 'none', auth, headers, id, version } = options
  const url = destinationUrl(
    options.url,
    'the url of openSearch(…)',
    auth !== undefined || headers !== undefined,
  )
  if (typeof index === 'string') checkIndexName(index)
  if (!['none', 'hour', 'day', 'week', 'month'].includes(rotate))
    throw new MillraceError('OPTION_INVALID', `openSearch(…): rotate is ${JSON.stringify(rotate)}`)
  if (auth !== undefined && 'service' in auth && auth.service !== 'es' && auth.service !== 'aoss')
    throw new MillraceError('OPTION_INVALID', 'openSearch(…): the service of `auth` is "es" or "aoss"')
  if (version !== undefined && id === undefined)
    throw new MillraceError('OPTION_INVALID', 'openSearch(…): `version` needs `id`, whose versions they are')
  return {
    kind: 'requests',
    description: {
      ...described(options),
      detail: `${typeof index === 'string' ? index : 'indexes'} at ${url.origin}`,
    },
    limits: { records: 10_000, bytes: 64 * 2 ** 20, recordBytes: 10 * 2 ** 20 },
    buffer: { size: '5MiB', interval: '60s' },
    // Versions that nothing orders but their requests must not overtake each other.
    atOnce: id !== undefined && version === undefined ? 1 : 4,
    encode: (row) => encoded(row, options),
    open: async (context) => openBulk({ url, index, rotate, auth, headers }, context),
  }
}

function described<T>({ id, version }: OpenSearchOptions<T>): Omit<SinkDescription, 'detail'> {
  const kind = 'opensearch'
  if (id === undefined)
    return {
      kind,
      guarantee: 'exactly-once',
      because: 'a document has the id of its record and is created only once',
    }
  if (version !== undefined)
    return {
      kind,
      guarantee: 'exactly-once',
      because: 'a document is written under an id and only by a higher version',
    }
  const because =
    'a document is written under an id; after a failure older versions come again before newer ones'
  return { kind, guarantee: 'at-least-once', because }
}

function encoded<T>(row: T, { index, document, id, version }: OpenSearchOptions<T>): EncodedRow {
  const body = document === undefined ? row : document(row)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new TypeError('a document must be an object')
  const notes: DocumentNotes = {
    ...(typeof index === 'function' && { index: checkIndexName(index(row)) }),
    ...(id !== undefined && { id: documentId(id(row)) }),
    ...(version !== undefined && { version: documentVersion(version(row)) }),
  }
  const data = Buffer.from(JSON.stringify(body))
  return Object.keys(notes).length === 0 ? { data } : { data, notes: notes as Json }
}

function documentId(id: unknown): string {
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > 512)
    throw new TypeError(`the id of a document is ${JSON.stringify(id)}, not a text of 1 to 512 bytes`)
  return id
}

function documentVersion(version: unknown): number {
  if (!Number.isSafeInteger(version) || Number(version) < 0)
    throw new TypeError(`the version of a document is ${String(version)}, not a whole number from 0`)
  return Number(version)
}
